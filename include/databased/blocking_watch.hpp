// A Watch without coroutines, for any thread.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/timeout.hpp>
#include <databased/watch.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace databased {

namespace detail {

class SharedLoop;

/// What BlockingWatch<T> does for every T.
class DATABASED_API AnyBlockingWatch {
  public:
    AnyBlockingWatch(std::shared_ptr<SharedLoop> loop, AnyWatch watch);

    /// As AnyWatch::next().
    bool next(void* rows, const RowTaker& taker);
    /// Nothing if `limit` comes before.
    std::optional<bool> next_within(Duration limit, void* rows, const RowTaker& taker);
    void close();

  private:
    std::shared_ptr<SharedLoop> loop_;
    std::shared_ptr<AnyWatch> watch_;  // destroyed in a turn of the loop
};

}  // namespace detail

/// A Watch whose verbs wait: BlockingDatabase::watch(). Used by one thread at a time; which one does not matter.
template <class T>
class BlockingWatch {
  public:
    BlockingWatch(std::shared_ptr<detail::SharedLoop> loop, Watch<T> watch)
        : watch_(std::move(loop), std::move(watch.watch_)), taker_(watch.taker_) {}

    Snapshot<T> next() {
        Snapshot<T> snapshot;
        snapshot.may_have_missed = watch_.next(&snapshot.rows, *taker_);
        return snapshot;
    }
    /// Nothing if the rows do not change within `limit`.
    std::optional<Snapshot<T>> next_within(detail::Duration limit) {
        Snapshot<T> snapshot;
        const auto may_have_missed = watch_.next_within(limit, &snapshot.rows, *taker_);
        if (!may_have_missed) return std::nullopt;
        snapshot.may_have_missed = *may_have_missed;
        return snapshot;
    }
    void close() { watch_.close(); }

  private:
    detail::AnyBlockingWatch watch_;
    const detail::RowTaker* taker_;
};

}  // namespace databased
