// What is to be sent on a connection yet, in order.
#pragma once

#include "operation.hpp"

#include <cstddef>

namespace databased::postgresql {

/// What the backend asks by itself goes ahead of everybody: others may be waiting for the answer.
class Outbox {
  public:
    bool empty() const noexcept { return own_.empty() && users_.empty(); }
    bool has_users() const noexcept { return !users_.empty(); }
    void push(Operation& operation) noexcept { list_for(operation).push_back(operation); }
    /// It is the next of its kind, perhaps once more.
    void push_next(Operation& operation) noexcept { list_for(operation).push_front(operation); }

    /// Users' operations stay for as long as anybody holds them.
    void hold_users() noexcept { ++holds_; }
    void release_users() noexcept { --holds_; }

    /// What may go now, or null.
    Operation* next() noexcept {
        if (!own_.empty()) return &own_.front();
        return users_.empty() || holds_ != 0 ? nullptr : &users_.front();
    }
    /// Whatever is there.
    Operation& pop() noexcept { return own_.empty() ? users_.pop_front() : own_.pop_front(); }

  private:
    detail::IntrusiveList<Operation>& list_for(const Operation& operation) noexcept {
        return operation.is_own() ? own_ : users_;
    }

    detail::IntrusiveList<Operation> own_;
    detail::IntrusiveList<Operation> users_;
    std::size_t holds_ = 0;
};

}  // namespace databased::postgresql
