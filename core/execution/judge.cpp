#include "execution/judge.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace databased::detail {

namespace {

using backend::Delivery;
using backend::Transaction;
using backend::Verb;

std::size_t place_of(Verb verb, const backend::Commands& commands) noexcept {
    const auto* found = std::find_if(commands.begin(), commands.end(),
                                     [&](const backend::Command& command) { return command.verb == verb; });
    return static_cast<std::size_t>(found - commands.begin());
}

/// Whether nothing is missing, as far as the backend tells.
bool is_complete(const Asked& asked, const Outcome& outcome) noexcept {
    return !outcome.error && outcome.done >= asked.commands;
}

/// Where none was expected, a transaction that is open is nobody's.
Verdict judge_not_sent(const Asked& asked, const Outcome& outcome) noexcept {
    return asked.expected == Transaction::none && outcome.in_transaction() ? Verdict::left_open : Verdict::failed;
}

Verdict judge_complete(const Asked& asked, const Outcome& outcome) noexcept {
    if (asked.is_in_unit) return outcome.in_transaction() ? Verdict::success : Verdict::ended;
    return outcome.in_transaction() ? Verdict::left_open : Verdict::success;
}

Verdict judge_refused(const Asked& asked, const Outcome& outcome) noexcept {
    if (asked.is_in_unit) {
        const bool was_open = asked.expected == Transaction::open || outcome.done > asked.place_of_begin;
        return was_open && !outcome.in_transaction() ? Verdict::ended : Verdict::failed;
    }
    const bool is_end = asked.verbs.has(Verb::commit) || asked.verbs.has(Verb::rollback);
    return outcome.in_transaction() && !is_end ? Verdict::left_open : Verdict::failed;
}

/// All that was not answered may have been carried out, not only the first of it.
Verdict judge_unanswered(const Asked& asked) noexcept {
    const bool is_autocommitted = !asked.is_in_unit && asked.verbs.has(Verb::run);
    const bool may_commit = asked.verbs.has(Verb::commit) || is_autocommitted;
    return may_commit && !asked.only_reads() ? Verdict::outcome_unknown : Verdict::lost;
}

ErrorDetails details_of(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const DatabaseError& exception) {
        return exception.details();
    } catch (const std::exception& exception) {
        return {.message = exception.what(), .sqlstate = {}};
    } catch (...) {
        return {.message = "unknown error", .sqlstate = {}};
    }
    return {.message = "the connection was lost", .sqlstate = {}};
}

std::exception_ptr unknown_outcome(const Asked& asked, const std::exception_ptr& cause) {
    ErrorDetails details = details_of(cause);
    details.sqlstate = "08007";
    details.message += asked.verbs.has(Verb::commit) ? "; it was lost during COMMIT, whose outcome is unknown"
                                                     : "; whether the statement was carried out is unknown";
    return std::make_exception_ptr(CommitUnknownError{std::move(details)});
}

}  // namespace

Asked::Asked(const Request& request) noexcept
    : verbs(request.verbs()),
      commands(request.commands.size()),
      place_of_begin(verbs.has(Verb::begin) ? place_of(Verb::begin, request.commands) : commands),
      expected(request.expected),
      nature(request.nature),
      reads_only(request.read_only),
      is_in_unit(verbs.leave_open(request.expected == Transaction::open)) {}

Verdict judge(const Asked& asked, const Outcome& outcome) noexcept {
    if (outcome.error && outcome.delivery == Delivery::not_sent) return judge_not_sent(asked, outcome);
    if (is_complete(asked, outcome)) return judge_complete(asked, outcome);
    return outcome.error && outcome.delivery == Delivery::answered ? judge_refused(asked, outcome)
                                                                   : judge_unanswered(asked);
}

void explain(Verdict verdict, const Asked& asked, Outcome& outcome) {
    switch (verdict) {
        case Verdict::success:
        case Verdict::failed:
            return;
        case Verdict::lost:
            if (outcome.error) return;
            outcome.error =
                std::make_exception_ptr(ConnectionError({.message = "the connection was lost", .sqlstate = "08006"}));
            return;
        case Verdict::outcome_unknown:
            outcome.error = unknown_outcome(asked, outcome.error);
            return;
        case Verdict::ended:
            if (outcome.error) return;
            outcome.error =
                std::make_exception_ptr(SessionStateError("the statement has ended the session's transaction"));
            return;
        case Verdict::left_open:
            if (outcome.error) return;
            outcome.error = std::make_exception_ptr(
                SessionStateError("a transaction was left open, which is rolled back: transactions are begun and ended "
                                  "by session() and transaction()"));
            return;
    }
}

}  // namespace databased::detail
