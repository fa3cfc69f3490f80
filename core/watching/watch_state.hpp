// One live query: what its rows were, and whether they may be others now.
#pragma once

#include "runtime/fair_lock.hpp"
#include "watching/change_subscription.hpp"

#include <databased/detail/fetch.hpp>
#include <databased/watch.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace databased::detail {

class DatabaseState;

/// On the loop's thread. It begins with the first look: first it hears of changes, then it looks.
class WatchState {
  public:
    WatchState(std::shared_ptr<DatabaseState> database, Target target, std::vector<TableName> tables,
               Statement::Pointer query) noexcept;

    static Task<bool> next(std::shared_ptr<WatchState> self, void* rows, const RowTaker& taker);
    /// Nothing is heard any more.
    void close() noexcept;

  private:
    Task<> begin();
    Task<> news();
    enum class Trust { same_server, any_server };
    Task<Rows> look(Trust trust);
    Task<> hear_anew();
    Task<std::vector<std::string>> channels() const;
    void refuse_closed() const;

    std::shared_ptr<DatabaseState> database_;
    Target target_;
    std::vector<TableName> tables_;
    Statement::Pointer query_;
    std::shared_ptr<ChangeSubscription> subscription_;  // from the first look on
    FairLock looking_;
    ChangeSubscription::Seen seen_;
    std::optional<Rows> rows_;  // of `seen_`
    bool is_closed_ = false;
};

}  // namespace databased::detail
