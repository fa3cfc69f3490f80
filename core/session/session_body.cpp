// The end of the body that Database::session() or Session::transaction() runs.
#include "session/session_ending.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>

#include <utility>

namespace databased::detail {

namespace {

bool is_retryable(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& exception) {
        return exception.is_retryable();
    } catch (...) {
        return false;
    }
}

Task<> end_body(std::shared_ptr<SessionState> session) {
    if (session->is_over()) co_return;
    if (session->seat.child() == nullptr) {
        co_await commit_session(session);
        co_return;
    }
    session->end_children();
    co_await roll_back_now(session, {});
    throw SessionStateError(
        "the scope of a session ended while a child of it was open; everything in the scope was rolled back. "
        "Commit or roll back the child before");
}

Task<bool> body_failed(std::shared_ptr<SessionState> session, std::exception_ptr failure) {
    session->end_children();
    co_await undo(session, {}, failure);
    const bool is_left = session->attempts.count_failure();
    if (!is_left || !session->is_unit() || session->is_over() || !is_retryable(failure)) co_return false;
    co_await sleep_for(session->attempts.pause(random_chance()));
    co_return true;
}

}  // namespace

void add_hook(SessionState& session, SessionEnd end, SessionHook hook) {
    session.refuse_over();
    session.hooks.add(end, std::move(hook));
}

BodyEnding::BodyEnding(const Session& session) noexcept : session_(session.state()) {}
BodyEnding::BodyEnding(std::shared_ptr<SessionState> session) noexcept : session_(std::move(session)) {}
BodyEnding::~BodyEnding() = default;

Task<> BodyEnding::commit() const { return end_body(session_); }

Task<bool> BodyEnding::roll_back(std::exception_ptr failure) const { return body_failed(session_, std::move(failure)); }

}  // namespace databased::detail
