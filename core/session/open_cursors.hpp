// The cursors of a transaction, and which of them are to be closed. No I/O.
#pragma once

#include <databased/backend/verb.hpp>

#include <cstdint>
#include <vector>

namespace databased::detail {

/// A cursor whose stream has ended is closed in front of the next statement, or goes with its transaction. One that was
/// opened behind a savepoint is gone when that is rolled back to.
class OpenCursors {
  public:
    void opened(std::uint32_t cursor) { open_.push_back(cursor); }
    bool has(std::uint32_t cursor) const noexcept;
    /// Nobody wants more of it.
    void leave(std::uint32_t cursor);

    bool has_to_close() const noexcept { return !left_.empty(); }
    /// What is to be said.
    void add_to(backend::Commands& commands) const;
    /// It was carried out.
    void note(const backend::Command& command) noexcept;

  private:
    std::vector<std::uint32_t> open_;
    std::vector<std::uint32_t> left_;  // they are to be closed
};

}  // namespace databased::detail
