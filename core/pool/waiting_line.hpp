// Who waits for a connection.
#pragma once

#include "pool/lease.hpp"

#include <databased/detail/waiter.hpp>

#include <cstddef>
#include <exception>
#include <source_location>

namespace databased::detail {

class WaitingLine;

/// One who waits, from its making on. Destroyed before it has looked at what it was given, it gives that back.
struct Asker : Waiter {
    Asker(WaitingLine& in, Sharing wanted, const std::source_location& from, Clock::time_point limit) noexcept;
    ~Asker() override;

    WaitingLine& line;
    Sharing sharing;
    std::source_location where;
    Lease lease{};
    std::exception_ptr error{};
};

/// First come, first served.
class WaitingLine {
  public:
    bool is_empty() const noexcept { return askers_.empty(); }
    /// Those who wait, and those who were told and have not gone on yet.
    std::size_t size() const noexcept { return size_; }
    /// Who is to have a quiet connection, or to share it with those who were given it before: null if that is nobody.
    Asker* next(bool is_given, Sharing given) noexcept;
    /// Tells who has waited longest.
    void fail_first(std::exception_ptr error) noexcept;
    /// Tells all of them.
    void fail_all(const std::exception_ptr& error) noexcept;
    /// Lets all go on with nothing.
    void send_away() noexcept;

  private:
    friend struct Asker;
    IntrusiveList<Waiter> askers_;  // all of them Askers
    std::size_t size_ = 0;
};

}  // namespace databased::detail
