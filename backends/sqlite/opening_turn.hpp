// Opening and closing a file, one at a time in this process.
#pragma once

#include <memory>
#include <mutex>
#include <string>

namespace databased::sqlite {

/// Held while a file is opened or closed: both lock the whole file for a moment, and whoever opens it just then is
/// refused.
class OpeningTurn {
  public:
    /// Waits for the turn. `path` may be that of a file that does not exist yet; empty: nobody to wait for.
    explicit OpeningTurn(const std::string& path);

  private:
    std::shared_ptr<std::mutex> mutex_;
    std::unique_lock<std::mutex> lock_;
};

}  // namespace databased::sqlite
