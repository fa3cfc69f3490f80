// What Watch<T> does for every T.
#include "database/database_state.hpp"
#include "watching/watch_state.hpp"

#include <databased/database.hpp>

#include <utility>

namespace databased {

namespace detail {

AnyWatch::AnyWatch(std::shared_ptr<DatabaseState> database, std::shared_ptr<StatementTarget> target,
                   std::vector<TableName> tables, Statement::Pointer query)
    : state_(
          std::make_shared<WatchState>(std::move(database), std::move(target), std::move(tables), std::move(query))) {}

AnyWatch::AnyWatch(AnyWatch&& other) noexcept = default;

AnyWatch& AnyWatch::operator=(AnyWatch&& other) noexcept {
    if (this != &other) {
        leave();
        state_ = std::move(other.state_);
    }
    return *this;
}

AnyWatch::~AnyWatch() { leave(); }

void AnyWatch::leave() noexcept {
    if (state_ != nullptr) state_->close();
    state_ = nullptr;
}

Task<bool> AnyWatch::next(void* rows, const RowTaker& taker) const { return WatchState::next(state_, rows, taker); }

Task<> AnyWatch::close() const {
    state_->close();
    co_return;
}

}  // namespace detail

detail::AnyWatch Database::watch_rows(std::vector<TableName> tables, Statement::Pointer query) {
    return {state_, target(), std::move(tables), std::move(query)};
}

}  // namespace databased
