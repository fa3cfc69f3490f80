// What travels from a coroutine to those it awaits.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/intrusive_list.hpp>

#include <chrono>

namespace databased {

class EventLoop;

namespace detail {

using Clock = std::chrono::steady_clock;

class StopState;
class SessionScope;

/// An entry in a Branch: something that was opened there. Sessions register themselves so that "the innermost open
/// session of this branch" is known for those held by hand as well.
class DATABASED_API BranchEntry : public ListNode<BranchEntry> {
  public:
    class Branch* branch() const noexcept { return branch_; }
    virtual const void* owner() const noexcept = 0;  ///< Whose entry: the state of its Database.

  protected:
    virtual ~BranchEntry() = default;

  private:
    friend class Branch;
    class Branch* branch_ = nullptr;
};

/// One line of execution: run(), spawn() and each task of when_all() begin one. What is still open when it ends goes to
/// its parent, or nowhere.
class DATABASED_API Branch {
  public:
    explicit Branch(Branch* parent) noexcept : parent_(parent) {}
    ~Branch();
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    Branch* parent() const noexcept { return parent_; }
    bool is_empty() const noexcept { return entries_.empty(); }
    void add(BranchEntry& entry) noexcept;
    static void remove(BranchEntry& entry) noexcept;
    /// The entry of `owner` that was opened last in this branch or, if it has none, in its nearest ancestor that has.
    BranchEntry* innermost(const void* owner) noexcept;
    /// Whether `other` is this branch or one of its ancestors.
    bool descends_from(const Branch* other) const noexcept;

    /// Calls visit(entry) for the entries of this branch and its ancestors, the latest first, until it returns true.
    template <class Visit>
    BranchEntry* find(Visit visit) {
        for (Branch* branch = this; branch != nullptr; branch = branch->parent_) {
            if (branch->entries_.empty()) continue;
            for (BranchEntry* entry = &branch->entries_.back(); entry != nullptr;
                 entry = branch->entries_.before(*entry)) {
                if (visit(*entry)) return entry;
            }
        }
        return nullptr;
    }

  private:
    Branch* parent_;
    IntrusiveList<BranchEntry> entries_;
};

/// Bound to a coroutine when it is awaited. Owned by whatever began the group (run, spawn, when_all, with_timeout).
struct Context {
    EventLoop* loop = nullptr;
    Branch* branch = nullptr;
    StopState* stop = nullptr;  ///< Null where nobody can ask to stop.
    Clock::time_point deadline = Clock::time_point::max();
    SessionScope* scope = nullptr;  ///< Of session_scope(); null outside of one, and in detached work.
};

}  // namespace detail
}  // namespace databased
