// The connections of a pool: which are used by whom, which are idle.
#pragma once

#include "pool/lease.hpp"

#include <cstddef>
#include <memory>
#include <source_location>
#include <vector>

namespace databased::detail {

/// Does no I/O. The idle connection that was used last, whose caches are warm, is the first to be used again.
class Shelf {
  public:
    std::size_t size() const noexcept { return connections_.size(); }
    std::size_t in_use() const noexcept { return in_use_; }
    bool has_idle() const noexcept { return !idle_.empty(); }
    PooledConnection& warmest() noexcept { return idle_.front(); }

    /// Neither used nor idle yet.
    PooledConnection& add(std::shared_ptr<Channel> channel, Clock::time_point expires_at);
    std::shared_ptr<Channel> remove(PooledConnection& connection) noexcept;
    /// One more user.
    void take(PooledConnection& connection, Sharing sharing, const std::source_location& where,
              Clock::time_point now) noexcept;
    /// One user less. True if it was the last one: nobody has it now, and it is not idle before put().
    bool give_back(PooledConnection& connection, Clock::time_point now) noexcept;
    void put(PooledConnection& connection, Clock::time_point now) noexcept;

    /// The best one for a statement that may share: the least crowded, or the one that got on last where `by_crowd` is
    /// false. Null if none is shared in that way.
    PooledConnection* joinable(Sharing sharing, bool by_crowd, Clock::time_point now) noexcept;
    /// The connection that somebody has held for the longest time.
    const PooledConnection* held_longest() const noexcept;
    /// All that are idle may be lost.
    void doubt_idle() noexcept;

    /// Calls `visit` for each idle one; it may remove that one.
    template <class Visit>
    void each_idle(Visit visit) {
        for (PooledConnection* next = idle_.empty() ? nullptr : &idle_.front(); next != nullptr;) {
            PooledConnection& connection = *next;
            next = idle_.after(connection);
            visit(connection);
        }
    }
    template <class Visit>
    void each(Visit visit) const {
        for (const auto& connection : connections_) visit(*connection);
    }
    /// Forgets all that nobody has.
    void remove_unused() noexcept;

  private:
    std::vector<std::unique_ptr<PooledConnection>> connections_;
    IntrusiveList<PooledConnection> idle_;  // the last used first
    std::size_t in_use_ = 0;
};

}  // namespace databased::detail
