#include <databased/detail/context.hpp>
#include <databased/detail/stop.hpp>

namespace databased::detail {

Branch::~Branch() {
    while (!entries_.empty()) {
        BranchEntry& entry = entries_.pop_front();
        entry.branch_ = nullptr;
        if (parent_ != nullptr) parent_->add(entry);
    }
}

void Branch::add(BranchEntry& entry) noexcept {
    entry.branch_ = this;
    entries_.push_back(entry);
}

void Branch::remove(BranchEntry& entry) noexcept {
    entry.unlink();
    entry.branch_ = nullptr;
}

BranchEntry* Branch::innermost(const void* owner) noexcept {
    return find([owner](const BranchEntry& entry) { return entry.owner() == owner; });
}

bool Branch::descends_from(const Branch* other) const noexcept {
    for (const Branch* branch = this; branch != nullptr; branch = branch->parent_) {
        if (branch == other) return true;
    }
    return false;
}

StopState::StopState(StopState* parent) {
    if (parent == nullptr) return;
    if (parent->requested()) {
        requested_ = true;
    } else {
        parent->add(*this);
    }
}

StopState::~StopState() = default;

void StopState::request() noexcept {
    if (requested_) return;
    requested_ = true;
    if (source_) source_->request_stop();
    while (!listeners_.empty()) listeners_.pop_front().on_stop();
}

std::stop_token StopState::token() {
    if (!source_) {
        source_ = Owner{new std::stop_source};
        if (requested_) source_->request_stop();
    }
    return source_->get_token();
}

}  // namespace databased::detail
