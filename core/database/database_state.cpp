#include "database/database_state.hpp"

#include "session/session_ending.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

using Phase = Connectivity::Phase;

DatabaseState::DatabaseState(const Url& url, const std::optional<Url>& read_url, const Options& options,
                             PasswordProvider passwords)
    : routes(url, read_url, options) {
    hooks.passwords = std::move(passwords);
    const Dialect& dialect = routes.endpoint(Access::write)->backend().dialect();
    rules_ = {.dialect = &dialect, .max_parameters = dialect.features().max_parameters};
    if (hooks.passwords && !capabilities().takes_passwords)
        throw ConfigError("a password_provider is set, but " + url.dialect() + " databases have no password");
}

std::shared_ptr<SessionState> DatabaseState::innermost(const Context& context) const {
    auto* entry = context.branch->innermost(this);
    return entry == nullptr ? nullptr : static_cast<SessionState*>(entry)->shared_from_this();
}

void DatabaseState::begin(EventLoop& loop) {
    connectivity.begin(loop);
    loop.add(*this);
}

void DatabaseState::close_now(Phase then) noexcept {
    const auto closing = connectivity.lock_out_others();
    LoopUser::unlink();
    connectivity.opening().request();
    connectivity.end(then);
    listening.close_now();
    routes.close_now(false);
    const auto root = std::exchange(hidden_root, nullptr);
    if (root != nullptr) abandon_here(*root);  // who waits inside of it is told
}

void DatabaseState::on_loop_destroyed() noexcept {
    const auto closing = connectivity.lock_out_others();
    connectivity.end(Phase::disconnected);
    listening.close_now();
    routes.close_now(true);
    hidden_root = nullptr;
}

void DatabaseState::shut_down() noexcept {
    const bool has_loop = connectivity.call_on_loop([self = shared_from_this()] { self->close_now(Phase::gone); });
    if (!has_loop) connectivity.end(Phase::gone);
}

}  // namespace databased::detail
