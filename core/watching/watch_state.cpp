#include "watching/watch_state.hpp"

#include "database/database_state.hpp"
#include "listening/begin_subscription.hpp"
#include "watching/row_comparison.hpp"
#include "watching/table_channel.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>

#include <utility>

namespace databased::detail {

namespace {

/// What tells of a loss may have been lost with the connections of the pool.
constexpr int most_looks = 4;

constexpr const char* closed = "this Watch was closed";

void refuse_writing(const Statement& query) {
    query.check();
    if (query.text().kind == StatementKind::plain_read) return;
    throw UsageError(
        "watch() asks its query again and again, so it takes what surely only reads: a SELECT without locks");
}

}  // namespace

WatchState::WatchState(std::shared_ptr<DatabaseState> database, Target target, std::vector<TableName> tables,
                       Statement::Pointer query) noexcept
    : database_(std::move(database)),
      target_(std::move(target)),
      tables_(std::move(tables)),
      query_(std::move(query)) {}

Task<bool> WatchState::next(std::shared_ptr<WatchState> self, void* rows, const RowTaker& taker) {
    self->database_->connectivity.check_thread(co_await this_context());
    const FairLock::Hold hold = co_await self->looking_.lock();
    self->refuse_closed();
    if (self->subscription_ == nullptr) co_await self->begin();
    while (true) {
        co_await self->news();
        const auto heard_by = self->subscription_;
        auto seen = heard_by->now();
        const bool may_have_missed = seen.gaps != self->seen_.gaps;
        Rows now = co_await self->look(may_have_missed ? Trust::any_server : Trust::same_server);
        self->refuse_closed();
        if (self->subscription_ != heard_by) seen = {.gaps = self->subscription_->now().gaps};  // and looks once more
        const bool is_news = !self->rows_ || may_have_missed || !are_same(*self->rows_, now);
        if (is_news) read_rows(now, rows, taker);
        self->seen_ = seen;
        self->rows_ = std::move(now);
        if (is_news) co_return may_have_missed;
    }
}

void WatchState::close() noexcept {
    is_closed_ = true;
    if (subscription_ != nullptr) end_subscription(database_, subscription_, closed);
}

void WatchState::refuse_closed() const {
    if (is_closed_) throw SessionClosedError(closed);
}

Task<> WatchState::begin() {
    refuse_writing(*query_);
    auto subscription = std::make_shared<ChangeSubscription>(co_await channels());
    co_await begin_subscription(database_, subscription);
    if (is_closed_) {
        end_subscription(database_, subscription, closed);
        refuse_closed();
    }
    subscription_ = std::move(subscription);
}

/// Waits for something that was not looked at yet.
Task<> WatchState::news() {
    while (!subscription_->has_news_since(seen_)) {
        if (subscription_->ended_by()) std::rethrow_exception(subscription_->ended_by());
        Listening::attend(database_);
        co_await subscription_->change();
    }
}

/// Behind a gap this may be another server, where nobody tells of changes.
Task<Rows> WatchState::look(Trust trust) {
    Backoff backoff;
    for (int looks = 1;; ++looks) {
        try {
            if (trust == Trust::any_server) co_await hear_anew();
            co_return co_await run_fetch_rows(target_, query_->copy());
        } catch (const ConnectionError&) {
            if (looks == most_looks) throw;
        }
        co_await sleep(backoff.next());
    }
}

/// The tables may be others, under the same names.
Task<> WatchState::hear_anew() {
    std::vector<std::string> now = co_await channels();
    if (now == subscription_->channels()) co_return;
    auto subscription = std::make_shared<ChangeSubscription>(std::move(now));
    co_await begin_subscription(database_, subscription);
    end_subscription(database_, subscription_, closed);
    subscription_ = std::move(subscription);
    if (is_closed_) end_subscription(database_, subscription_, closed);
}

Task<std::vector<std::string>> WatchState::channels() const {
    std::vector<std::string> channels;
    if (tables_.empty()) throw UsageError("watch() needs to know a table that the query looks at: watching(...)");
    for (const TableName& table : tables_) channels.push_back(co_await channel_of(target_, table));
    co_return channels;
}

}  // namespace databased::detail
