#include "session/session_chain.hpp"

#include "execution/admit.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

#include <databased/batch.hpp>
#include <databased/when_all.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace databased::detail {

namespace {

using backend::Delivery;
using backend::Verb;

/// What is sent, and how it has ended.
struct Chain {
    LockedTransaction transaction{};
    std::vector<Request> statements{};
    backend::Commands end{};  // empty: that is decided when the rows are there
    Clock::time_point deadline = Clock::time_point::max();
    std::vector<Outcome> outcomes{};
    Outcome ending{};
};

Task<> send_statement(Chain& chain, std::size_t place) {
    Outcome& outcome = chain.outcomes[place];
    try {
        Request request = std::move(chain.statements[place]);
        if (place == 0) {
            outcome = co_await chain.transaction->run(std::move(request));
        } else {
            outcome = co_await chain.transaction->run_chained(std::move(request));
        }
    } catch (...) {
        outcome.error = std::current_exception();
        outcome.delivery = Delivery::not_sent;
    }
}

Task<> send_end(Chain& chain) {
    try {
        chain.ending = co_await chain.transaction->end_chained(chain.end, chain.deadline);
    } catch (...) {
        chain.ending.error = std::current_exception();
        chain.ending.delivery = Delivery::not_sent;
    }
}

Task<> send(Chain& chain) {
    std::vector<Task<>> links;
    chain.outcomes.resize(chain.statements.size());
    for (std::size_t place = 0; place < chain.statements.size(); ++place) links.push_back(send_statement(chain, place));
    if (!chain.end.empty()) links.push_back(send_end(chain));
    co_await when_all(std::move(links));
}

backend::Commands end_of(const SessionState& session) {
    backend::Commands commands;
    if (session.seat.host() == nullptr) {
        commands.push_back({Verb::commit});
    } else {
        if (session.seat.host()->plan().is_hidden) commands.push_back({Verb::check});
        commands.push_back({Verb::release, session.seat.savepoint()});
    }
    return commands;
}

/// What the database has refused says more than that its answer to others is lost; but where nothing is known to have
/// been refused all may be committed, which is what the end tells.
std::exception_ptr failure_of(const Chain& chain) {
    for (const Outcome& outcome : chain.outcomes) {
        if (outcome.error && outcome.delivery != Delivery::unanswered) return outcome.error;
    }
    if (chain.ending.error) return chain.ending.error;
    for (const Outcome& outcome : chain.outcomes) {
        if (outcome.error) return outcome.error;
    }
    return nullptr;
}

Task<> prepare(Chain& chain, std::shared_ptr<SessionState> session, BatchEntries entries) {
    const Context& context = co_await this_context();
    chain.transaction = co_await lock_transaction(session);
    if (chain.transaction->savepoints().has_to_undo()) {
        chain.transaction = co_await undo_left(session, std::move(chain.transaction));
    }
    for (const auto& entry : entries) {
        chain.statements.push_back(session->request_for({Verb::run}, entry->take_statement(), entry->sink(), context));
    }
    chain.deadline = session->limits.deadline(context);
    const bool may_fail_behind =
        std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry->converts_rows(); });
    if (!may_fail_behind) chain.end = end_of(*session);
}

void take_outcomes(Chain& chain, BatchEntries entries) {
    for (std::size_t place = 0; place < entries.size(); ++place) {
        entries[place]->finish(std::move(chain.outcomes[place]));
        if (entries[place]->failure()) std::rethrow_exception(entries[place]->failure());
    }
}

}  // namespace

Task<> run_in_one_trip(std::shared_ptr<SessionState> session, BatchEntries entries) {
    const Context& context = co_await this_context();
    for (const auto& entry : entries) {
        admit(entry->statement(), context, session->plan().database->connectivity.home());
    }
    Chain chain;
    std::exception_ptr failure;
    try {
        co_await prepare(chain, session, entries);
        co_await send(chain);
        failure = failure_of(chain);
        if (!failure) take_outcomes(chain, entries);
        if (!failure && chain.end.empty()) {
            co_await commit_now(session, std::move(chain.transaction));
            co_return;
        }
    } catch (...) {
        failure = std::current_exception();
    }
    const bool is_over = !failure || (chain.transaction && chain.transaction->is_over());
    if (!is_over) {
        co_await undo(session, std::move(chain.transaction), failure);
    } else if (chain.transaction.is_of(session->transaction())) {
        session->leave();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace databased::detail
