#include "database/trunk.hpp"

#include "database/session_state.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::detail {

bool Trunk::is_read_only() const noexcept {
    return options_.access == Access::read || std::any_of(stack_.begin(), stack_.end(), [](const auto* session) {
               return session->access() == Access::read;
           });
}

std::vector<Trunk::Verb> Trunk::pending_undo() const {
    std::vector<Verb> verbs;
    for (const auto& name : undo_) {
        verbs.push_back({Verb::Kind::rollback_to, name});
        verbs.push_back({Verb::Kind::release_undone, name});
    }
    return verbs;
}

std::vector<Trunk::Verb> Trunk::pending() const {
    std::vector<Verb> verbs = pending_undo();
    if (!begun_) verbs.push_back({Verb::Kind::begin, {}});
    for (const auto* session : stack_) {
        if (session != stack_.front() && !session->has_savepoint()) {
            verbs.push_back({Verb::Kind::savepoint, session->savepoint()});
            const bool narrows = session->access() == Access::read && options_.access == Access::write;
            if (narrows && !backend().read_only_sql().empty()) verbs.push_back({Verb::Kind::read_only, {}});
        }
    }
    return verbs;
}

TurnKind Trunk::kind_of_turn() const {
    const bool all_made = begun_ && undo_.empty() && (depth() == 1 || innermost().has_savepoint());
    return all_made && may_go_together() ? TurnKind::together : TurnKind::alone;
}

std::string Trunk::sql_of(const Verb& verb) const {
    switch (verb.kind) {
        case Verb::Kind::rollback_to:
            return backend().rollback_to_sql(verb.name);
        case Verb::Kind::release_undone:
            return backend().release_sql(verb.name);
        case Verb::Kind::begin:
            return backend().begin_sql(options_);
        case Verb::Kind::savepoint:
            return backend().savepoint_sql(verb.name);
        case Verb::Kind::read_only:
            return backend().read_only_sql();
    }
    return {};
}

void Trunk::carried_out(const Verb& verb) {
    switch (verb.kind) {
        case Verb::Kind::begin:
            begun_ = true;
            return;
        case Verb::Kind::rollback_to:
            failed_by_ = nullptr;
            return;
        case Verb::Kind::read_only:
            return;
        case Verb::Kind::release_undone:
            std::erase(undo_, verb.name);
            return;
        case Verb::Kind::savepoint:
            break;
    }
    const auto owner = std::find_if(stack_.begin(), stack_.end(),
                                    [&](const auto* session) { return session->savepoint() == verb.name; });
    if (owner != stack_.end()) {
        (*owner)->set_savepoint_made();
    } else {
        undo_.insert(undo_.begin(), verb.name);  // its session was destroyed meanwhile
    }
}

void Trunk::carried_out(const std::vector<Verb>& verbs, std::size_t count) {
    for (std::size_t i = 0; i < std::min(count, verbs.size()); ++i) carried_out(verbs[i]);
}

Task<Outcome> Trunk::run(std::vector<Verb> verbs, Request request) {
    for (const auto& verb : verbs) request.before.push_back(sql_of(verb));
    Outcome outcome = co_await backend().run(std::move(request));
    carried_out(verbs, outcome.before_done);
    note_failure(outcome);
    const bool was_sent = outcome.delivery != backend::Delivery::not_sent;
    if (begun_ && was_sent && !outcome.in_transaction && !ended_by_) {
        ended_by_ = outcome.error;
        if (!ended_by_) {
            ended_by_ = std::make_exception_ptr(SessionStateError("the statement has ended the session's transaction"));
            outcome.error = ended_by_;
        }
    }
    co_return outcome;
}

void Trunk::note_failure(const Outcome& outcome) {
    if (outcome.delivery == backend::Delivery::not_sent || !outcome.in_transaction) return;
    if (!outcome.transaction_failed) {
        failed_by_ = nullptr;
    } else if (!failed_by_) {
        failed_by_ = outcome.error;
    }
}

Task<Outcome> Trunk::end(std::vector<Verb> verbs, std::string sql) {
    Request request;
    request.shielded = true;
    for (const auto& verb : verbs) request.before.push_back(sql_of(verb));
    request.before.push_back(std::move(sql));
    Outcome outcome = co_await backend().run(std::move(request));
    carried_out(verbs, outcome.before_done);
    note_failure(outcome);
    over_ = !outcome.in_transaction;
    co_return outcome;
}

}  // namespace databased::detail
