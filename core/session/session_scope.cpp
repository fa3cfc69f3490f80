#include <databased/error.hpp>
#include <databased/scope.hpp>

#include "session/session_ending.hpp"

#include <algorithm>

namespace databased {

namespace detail {

struct SessionScope::Member {
    explicit Member(std::shared_ptr<SessionState> its_state) : state(std::move(its_state)), session(state) {}
    std::shared_ptr<SessionState> state;  // the session may have been moved away
    Session session;
};

SessionScope::SessionScope(const Context& around) : context_(around) { context_.scope = this; }
SessionScope::~SessionScope() = default;

Session& SessionScope::session(const std::shared_ptr<DatabaseState>& database, const std::source_location& where) {
    for (const auto& member : members_) {
        if (member->state->owner() != database.get() || member->state->is_over()) continue;
        refuse_moved();
        return member->session;
    }
    const auto state =
        std::make_shared<SessionState>(SessionPlan{.database = database, .where = where, .home = &context_});
    members_.push_back(Owner{new Member(state)});
    return members_.back()->session;
}

void SessionScope::refuse_moved() const {
    const bool all_are_here = std::all_of(members_.begin(), members_.end(),
                                          [](const auto& each) { return each->session.state() != nullptr; });
    if (all_are_here) return;
    throw SessionStateError("the session of a scope was moved away: keep a reference to what current_session() gives");
}

Task<> SessionScope::commit(CommitHook hook) {
    refuse_moved();
    for (std::size_t i = 0; i < members_.size(); ++i) {  // a hook may add one
        Member& member = *members_[i];
        std::exception_ptr failure;
        try {
            co_await commit(member, hook);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) throw_named(failure, member);
    }
    for (std::size_t i = 0; i < members_.size(); ++i) co_await close_session(members_[i]->state);
}

Task<> SessionScope::commit(Member& member, const CommitHook& hook) {
    if (hook && member.state->is_open()) co_await hook(member.session).in(context_);
    co_await BodyEnding{member.state}.commit();
}

Task<> SessionScope::roll_back() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        co_await BodyEnding{members_[i]->state}.roll_back(nullptr);
        co_await close_session(members_[i]->state);
    }
}

void SessionScope::throw_named(const std::exception_ptr& failure, const Member& failed) const {
    if (members_.size() == 1) std::rethrow_exception(failure);
    try {
        std::rethrow_exception(failure);
    } catch (const DatabaseError& error) {
        ErrorDetails details = error.details();
        details.message = "committing " +
                          failed.state->plan().database->routes.endpoint(Access::write)->url().to_string() +
                          ", one of several databases of a scope, failed: " + details.message;
        throw_database_error(std::move(details));
    }
}

namespace {

Task<Session&> find_session(std::shared_ptr<DatabaseState> database, std::source_location where) {
    const Context& context = co_await this_context();
    if (context.scope == nullptr) {
        throw NoScopeError(
            "current_session() is for what is awaited inside of a session_scope(); spawned tasks are in none");
    }
    database->connectivity.check_thread(context);
    co_return context.scope->session(database, where);
}

}  // namespace
}  // namespace detail

Task<Session&> current_session(const Database& database, std::source_location where) {
    return detail::find_session(database.state_, where);
}

}  // namespace databased
