#include <databased/backend/coroutine_session.hpp>

#include <databased/event_loop.hpp>

#include <optional>
#include <utility>

namespace databased {

namespace backend {

namespace {

/// What may end an exchange early. To be asked before its request is moved out of it.
struct Limits {
    explicit Limits(const Exchange& exchange) noexcept {
        if (!exchange.may_be_stopped()) return;
        stop = exchange.stop;
        deadline = exchange.deadline;
    }

    detail::StopState* stop = nullptr;
    detail::Clock::time_point deadline = detail::Clock::time_point::max();
};

/// A line of execution of its own.
class Serving final : public Exchange::Pending {
  public:
    Serving(EventLoop& loop, Exchange& exchange, const Limits& limits, Task<Outcome> task)
        : exchange_(exchange),
          context_{.loop = &loop, .branch = &branch_, .stop = limits.stop, .deadline = limits.deadline},
          coroutine_(drive(*this, std::move(task))) {}

    void begin() { coroutine_->bind(context_).resume(); }
    void let_go() noexcept override { delete this; }

  private:
    static detail::RootCoroutine drive(Serving& self, Task<Outcome> task) {
        Outcome outcome;
        try {
            outcome = co_await std::move(task);
        } catch (...) {
            outcome.error = std::current_exception();
        }
        self.exchange_.finish(std::move(outcome));
    }

    Exchange& exchange_;
    detail::Branch branch_{nullptr};
    detail::Context context_;
    std::optional<detail::RootCoroutine> coroutine_;  // last: its frame goes first
};

void serve_within(const Limits& limits, EventLoop& loop, Exchange& exchange, Task<Outcome> task) {
    auto* const serving = new Serving{loop, exchange, limits, std::move(task)};
    exchange.hold(*serving);
    serving->begin();
}

}  // namespace

void serve(EventLoop& loop, Exchange& exchange, Task<Outcome> task) {
    serve_within(Limits{exchange}, loop, exchange, std::move(task));
}

}  // namespace backend

/// A run() that is no coroutine itself may throw before there is a task.
void CoroutineSession::start(backend::Exchange& exchange) noexcept {
    const backend::Limits limits{exchange};
    try {
        backend::serve_within(limits, loop_, exchange, run(static_cast<backend::Request&&>(exchange)));
    } catch (...) {
        Outcome outcome;
        outcome.error = std::current_exception();
        exchange.finish(std::move(outcome));
    }
}

}  // namespace databased
