// Cleans up behind a test process that could not do it itself.
#pragma once

#include <sys/types.h>

#include <string>

namespace support {

/// A process that waits for the end of this one, however that comes. Then it stops the server whose process id is the
/// first line of `process_id_file` (with SIGQUIT; only a process that works inside `folder`) and removes `folder`. If
/// it is destroyed before, it does nothing of that.
class Keeper {
  public:
    Keeper(const std::string& folder, const std::string& process_id_file);
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

  private:
    pid_t id_ = 0;
    int pipe_ = -1;
};

}  // namespace support
