#include "session/transaction.hpp"

#include "session/session_state.hpp"

#include <algorithm>

namespace databased::detail {

using backend::Verb;

bool Transaction::is_read_only() const noexcept {
    return options_.access == Access::read || std::any_of(stack_.begin(), stack_.end(), [](const auto* session) {
               return session->access() == Access::read;
           });
}

backend::Commands Transaction::pending_undo() const {
    backend::Commands commands;
    for (const std::uint32_t savepoint : undo_) {
        commands.push_back({Verb::rollback_to, savepoint});
        commands.push_back({Verb::release, savepoint});
    }
    return commands;
}

backend::Commands Transaction::pending() const {
    backend::Commands commands = pending_undo();
    if (!begun_) commands.push_back({Verb::begin});
    for (const auto* session : stack_) {
        if (session == stack_.front() || session->has_savepoint()) continue;
        commands.push_back({Verb::savepoint, session->savepoint()});
        const bool narrows = session->access() == Access::read && options_.access == Access::write;
        if (narrows && channel().says_read_only()) commands.push_back({Verb::read_only});
    }
    return commands;
}

LockMode Transaction::lock_mode() const {
    const bool all_made = begun_ && undo_.empty() && (depth() == 1 || innermost().has_savepoint());
    return all_made && may_go_together() ? LockMode::shared : LockMode::exclusive;
}

backend::Transaction Transaction::expected() const noexcept {
    return begun_ ? backend::Transaction::open : backend::Transaction::none;
}

void Transaction::carried_out(backend::Command command) {
    switch (command.verb) {
        case Verb::begin:
            begun_ = true;
            return;
        case Verb::rollback_to:
            failed_by_ = nullptr;
            return;
        case Verb::release:
            std::erase(undo_, command.savepoint);
            return;
        case Verb::savepoint:
            savepoint_made(command.savepoint);
            return;
        case Verb::read_only:
        case Verb::check:
        case Verb::run:
        case Verb::commit:
        case Verb::rollback:
            return;
    }
}

void Transaction::savepoint_made(std::uint32_t savepoint) {
    const auto owner = std::find_if(stack_.begin(), stack_.end(),
                                    [&](const auto* session) { return session->savepoint() == savepoint; });
    if (owner != stack_.end()) {
        (*owner)->set_savepoint_made();
    } else {
        undo_.insert(undo_.begin(), savepoint);  // its session was destroyed meanwhile
    }
}

void Transaction::note(const backend::Commands& commands, const Judged& judged) {
    const Outcome& outcome = judged.outcome;
    for (std::size_t i = 0; i < std::min(outcome.before_done, commands.size()); ++i) carried_out(commands[i]);
    note_failure(outcome);
    has_lost_answer_ = has_lost_answer_ || judged.verdict == Verdict::lost;
    const bool is_gone = judged.verdict == Verdict::ended || judged.verdict == Verdict::lost;
    if (begun_ && is_gone && !ended_by_) ended_by_ = outcome.error;
}

void Transaction::note_failure(const Outcome& outcome) {
    if (outcome.delivery == backend::Delivery::not_sent || !outcome.in_transaction) return;
    if (!outcome.transaction_failed) {
        failed_by_ = nullptr;
    } else if (!failed_by_) {
        failed_by_ = outcome.error;
    }
}

Task<Outcome> Transaction::run(backend::Commands commands, Request request) {
    request.commands = commands;
    if (request.statement != nullptr) request.commands.push_back({Verb::run});
    request.options = options_;
    request.expected = expected();
    Judged judged = co_await channel().send(std::move(request));
    note(commands, judged);
    co_return std::move(judged.outcome);
}

Task<Outcome> Transaction::end(backend::Commands commands, Clock::time_point deadline) {
    Request request;
    request.commands = commands;
    request.expected = expected();
    request.read_only = options_.access == Access::read;
    Judged judged = co_await channel().send(std::move(request), patience_of(Clock::now(), deadline));
    note(commands, judged);
    over_ = !judged.outcome.in_transaction;
    co_return std::move(judged.outcome);
}

}  // namespace databased::detail
