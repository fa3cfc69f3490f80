#include "session/transaction.hpp"

#include <databased/error.hpp>

namespace databased::detail {

LockMode Transaction::lock_mode() const {
    return savepoints_.is_settled() && may_share_lock() ? LockMode::shared : LockMode::exclusive;
}

bool Transaction::can_be_rolled_back() const noexcept {
    return status().has_begun() && !status().ended_by() && !lease_.is_lost();
}

void Transaction::refuse_feeder(const Context& context) const {
    if (fed_by_ == nullptr || !context.branch->descends_from(fed_by_)) return;
    throw WouldDeadlockError(
        "what gives a bulk insert its rows cannot use the session that they are inserted in: that waits for the rows. "
        "Read them outside of it, or before");
}

Transaction::Step Transaction::run(Request&& request) {
    const backend::Commands before = savepoints_.before_statement();
    if (!before.empty()) {
        backend::Commands commands = before;
        for (const backend::Command& command : request.commands) commands.push_back(command);
        request.commands = commands;
    }
    request.options = options_;
    request.expected = status().expected();
    return Step{*this, Step::Kind::statement, before, std::move(request), Channel::without_end};
}

Transaction::Step Transaction::end(const backend::Commands& commands, Clock::time_point deadline) {
    Request request;
    request.commands = commands;
    request.expected = status().expected();
    request.read_only = options_.access == Access::read;
    return Step{*this, Step::Kind::end, commands, std::move(request), patience_of(Clock::now(), deadline)};
}

Outcome Transaction::Step::await_resume() {
    Judged judged = sending_.await_resume();
    transaction_.savepoints_.note(commands_, judged);
    if (judged.verdict == Verdict::lost) transaction_.has_lost_answer_ = true;
    if (ends_) transaction_.over_ = !judged.outcome.in_transaction();
    return std::move(judged.outcome);
}

}  // namespace databased::detail
