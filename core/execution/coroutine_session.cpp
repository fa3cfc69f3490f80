#include <databased/backend/coroutine_session.hpp>

#include <databased/event_loop.hpp>

#include <optional>
#include <utility>

namespace databased {

namespace backend {

namespace {

/// A line of execution of its own, with the stop and the deadline of its exchange.
class Serving final : public Exchange::Pending {
  public:
    Serving(EventLoop& loop, Exchange& exchange, Task<Outcome> task)
        : exchange_(exchange), context_{.loop = &loop, .branch = &branch_}, coroutine_(drive(*this, std::move(task))) {
        if (!exchange.may_be_stopped()) return;
        context_.stop = exchange.stop;
        context_.deadline = exchange.deadline;
    }

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

}  // namespace

void serve(EventLoop& loop, Exchange& exchange, Task<Outcome> task) {
    auto* const serving = new Serving{loop, exchange, std::move(task)};
    exchange.hold(*serving);
    serving->begin();
}

}  // namespace backend

void CoroutineSession::start(backend::Exchange& exchange) noexcept {
    backend::serve(loop_, exchange, run(static_cast<backend::Request&&>(exchange)));
}

}  // namespace databased
