#include "execution/channel.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

[[noreturn]] void throw_not_connected() {
    throw NotConnectedError("the Database is not connected: call connect() again before using it");
}

}  // namespace

void Patience::begin(EventLoop& loop, Clock::time_point end) {
    if (channel_.can_be_lost_ && end != Channel::without_end) loop.start(*this, end);
}

void Patience::on_time() noexcept { channel_.give_up(); }

Sending::Sending(std::shared_ptr<Channel> channel, Request&& request, Clock::time_point patience)
    : AwaitedExchange(*channel->backend_, std::move(request)),
      channel_(std::move(channel)),
      until_(patience),
      patience_(*channel_) {}

bool Sending::begin(EventLoop& loop, std::coroutine_handle<> caller) {
    asked_ = Asked{*this};
    patience_.begin(loop, until_);
    return wait(loop, caller);
}

Judged Sending::await_resume() {
    Judged judged{.outcome = AwaitedExchange::await_resume()};
    if (channel_->given_up_ && judged.outcome.error) judged.outcome.error = channel_->given_up_;
    judged.verdict = judge(asked_, judged.outcome);
    if (judged.verdict != Verdict::success) explain(judged.verdict, asked_, judged.outcome);
    channel_->note(judged.verdict, judged.outcome);
    return judged;
}

Sending Channel::send(Request&& request, Clock::time_point patience) {
    check_open();
    return Sending{shared_from_this(), std::move(request), patience};
}

void Channel::check_open() const {
    if (is_inherited()) {
        throw UsageError("this Database was connected before fork(); make one of its own in the child process");
    }
    if (given_up_) std::rethrow_exception(given_up_);
    if (!is_open()) throw_not_connected();
}

void Channel::note(Verdict verdict, const Outcome& outcome) noexcept {
    if (verdict == Verdict::lost || verdict == Verdict::outcome_unknown) has_lost_answer_ = true;
    if (verdict == Verdict::left_open) has_open_transaction_ = true;
    if (!outcome.in_transaction() && outcome.delivery != backend::Delivery::not_sent) has_open_transaction_ = false;
}

/// Who waits for an answer is told by the connection's end.
void Channel::give_up() noexcept {
    given_up_ = std::make_exception_ptr(ConnectionError(
        {.message = "the database did not answer in time, the connection to it was given up", .sqlstate = "08006"}));
    backend_ = nullptr;
}

Task<> Channel::reset(Clock::time_point patience) {
    if (!is_open()) co_return;
    co_await tell(backend::Verb::reset, backend::Transaction::unknown, patience);
}

Task<> Channel::keep(Clock::time_point patience) {
    const Judged judged = co_await tell(backend::Verb::keep, backend::Transaction::none, patience);
    if (judged.outcome.error) std::rethrow_exception(judged.outcome.error);
    check_open();
}

Task<> Channel::ping(Clock::time_point patience, backend::Transaction expected) {
    const Context& context = co_await this_context();
    Request request;
    request.commands.push_back({backend::Verb::ping});
    request.expected = expected;
    request.stop = context.stop;
    const Judged judged = co_await send(std::move(request), patience);
    if (judged.outcome.error) std::rethrow_exception(judged.outcome.error);
}

Sending Channel::tell(backend::Verb verb, backend::Transaction expected, Clock::time_point patience) {
    Request request;
    request.commands.push_back({verb});
    request.expected = expected;
    return send(std::move(request), patience);
}

Task<> Channel::close() {
    if (is_open()) co_await backend_->close();
}

void Channel::close_now() noexcept {
    if (is_open() && is_inherited()) leave_to_parent(std::shared_ptr<SessionBackend>{std::move(backend_)});
    backend_ = nullptr;
}

}  // namespace databased::detail
