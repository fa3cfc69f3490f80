#include "session/transaction.hpp"

namespace databased::detail {

LockMode Transaction::lock_mode() const {
    return savepoints_.is_settled() && may_share_lock() ? LockMode::shared : LockMode::exclusive;
}

bool Transaction::can_be_rolled_back() const noexcept {
    return status().has_begun() && !status().ended_by() && !lease_.is_lost();
}

void Transaction::note(const backend::Commands& commands, const Judged& judged) {
    savepoints_.note(commands, judged);
    has_lost_answer_ = has_lost_answer_ || judged.verdict == Verdict::lost;
}

Task<Outcome> Transaction::run(Request request) {
    const backend::Commands before = savepoints_.before_statement();
    request.commands = before;
    if (request.statement != nullptr) request.commands.push_back({backend::Verb::run});
    request.options = options_;
    request.expected = status().expected();
    Judged judged = co_await channel().send(std::move(request));
    note(before, judged);
    co_return std::move(judged.outcome);
}

Task<Outcome> Transaction::end(backend::Commands commands, Clock::time_point deadline) {
    Request request;
    request.commands = commands;
    request.expected = status().expected();
    request.read_only = options_.access == Access::read;
    Judged judged = co_await channel().send(std::move(request), patience_of(Clock::now(), deadline));
    note(commands, judged);
    over_ = !judged.outcome.in_transaction();
    co_return std::move(judged.outcome);
}

}  // namespace databased::detail
