#include "database/announcing.hpp"

#include "database/bounded.hpp"

#include <databased/database.hpp>

namespace databased::detail {

Task<> announce_session(std::shared_ptr<DatabaseState> database, Access access) {
    if (!database->hooks.before_session || database->is_single_line()) co_return;
    const auto hook = database->hooks.before_session;
    const bool goes_apart = access == Access::read && database->routes.is_split();
    NewSession session{database, goes_apart ? Access::read : Access::write};
    co_await bounded(database->settings().pool.patience(), hook(session), "the before_session() hook");
}

}  // namespace databased::detail
