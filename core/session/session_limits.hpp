// When the statements of a session have to end, and whether they were asked to. No I/O.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/detail/stop.hpp>
#include <databased/options.hpp>

#include <chrono>
#include <optional>

namespace databased::detail {

class SessionLimits {
  public:
    explicit SessionLimits(const SessionOptions& options) noexcept
        : lifetime_(options.deadline), timeout_(options.statement_timeout) {}

    /// The session is opened now, in work that may be asked to stop (null: it cannot) until `deadline`.
    void begin(StopState* stop, Clock::time_point deadline);
    /// What runs is asked to stop.
    void stop() noexcept { stop_->request(); }
    /// For the next statement: what was asked to stop before does not stop it.
    StopState& renewed_stop();

    /// Whether what surrounds a statement ends before the work that the session was opened in.
    bool are_narrower_in(const Context& context) const noexcept { return context.deadline < around_; }
    /// When the session's work in `context` has to end. It is stopped with what the session was opened in, not with
    /// what only surrounds a statement: that would take the whole transaction with it. What has ended since then limits
    /// nothing any more.
    Clock::time_point deadline(const Context& context) const noexcept;
    /// The same for one statement; `usual`: its timeout where the session has none of its own.
    Clock::time_point statement_deadline(const Context& context, std::chrono::milliseconds usual) const;

  private:
    std::optional<std::chrono::nanoseconds> lifetime_;
    std::optional<std::chrono::milliseconds> timeout_;
    Clock::time_point own_ = Clock::time_point::max();
    Clock::time_point around_ = Clock::time_point::max();
    std::optional<StopState> stop_;  // from begin() on
};

}  // namespace databased::detail
