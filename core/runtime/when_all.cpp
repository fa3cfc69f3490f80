#include <databased/when_all.hpp>

namespace databased {

namespace detail {

struct TaskGroup::Line {
    explicit Line(Context& parent, StopState& stop) noexcept : branch(parent.branch), context(parent) {
        context.branch = &branch;
        context.stop = &stop;
    }

    Branch branch;
    Context context;
};

TaskGroup::TaskGroup(Context& context, std::size_t size)
    : parent_(context), stop_(context.stop), lines_(std::make_unique<std::optional<Line>[]>(size)) {
    members_.reserve(size);
}

TaskGroup::~TaskGroup() = default;

void TaskGroup::add(RootCoroutine member) { members_.push_back(std::move(member)); }

bool TaskGroup::await_ready() const noexcept { return members_.empty(); }

void TaskGroup::await_resume() const {
    if (failure_) std::rethrow_exception(failure_);
}

bool TaskGroup::await_suspend(std::coroutine_handle<> caller) {
    running_ = 1;  // this function itself: members that end at once must not wake the caller
    for (std::size_t i = 0; i < members_.size() && !failure_; ++i) {
        Line& line = lines_[i].emplace(parent_, stop_);
        ++running_;
        members_[i].bind(line.context).resume();
    }
    if (--running_ == 0) return false;
    waiting_ = caller;
    return true;
}

void TaskGroup::failed(std::exception_ptr failure) noexcept {
    if (failure_) return;
    failure_ = std::move(failure);
    stop_.request();
}

void TaskGroup::ended() noexcept {
    if (--running_ == 0) parent_.loop->schedule(waiting_);
}

}  // namespace detail

Task<> when_all(std::vector<Task<>> tasks) {
    detail::TaskGroup group{co_await detail::this_context(), tasks.size()};
    for (auto& task : tasks) group.add(std::move(task), [] {});
    co_await group;
}

}  // namespace databased
