// Remembers the entries used last, by a text that lies in them.
#pragma once

#include <cstddef>
#include <list>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace databased::detail {

/// Entry has key(), a view into itself. Used by one thread at a time.
template <class Entry>
class RecentlyUsed {
  public:
    explicit RecentlyUsed(std::size_t capacity) : capacity_(capacity) {}
    RecentlyUsed(const RecentlyUsed&) = delete;
    RecentlyUsed& operator=(const RecentlyUsed&) = delete;

    /// Null if it is not known (any more). Valid until the next keep().
    const Entry* find(std::string_view key) {
        if (!entries_.empty() && entries_.front().key() == key) return &entries_.front();  // a loop over one
        const auto known = index_.find(key);
        if (known == index_.end()) return nullptr;
        entries_.splice(entries_.begin(), entries_, known->second);
        return &*known->second;
    }
    /// An entry whose key is not known. The one that was not used for longest makes room for it.
    void keep(Entry entry) {
        if (capacity_ == 0) return;
        if (entries_.size() == capacity_) {
            index_.erase(entries_.back().key());
            entries_.pop_back();
        }
        entries_.push_front(std::move(entry));
        index_.emplace(entries_.front().key(), entries_.begin());
    }
    std::size_t size() const noexcept { return entries_.size(); }

  private:
    std::size_t capacity_;
    std::list<Entry> entries_;  // the last used first
    std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace databased::detail
