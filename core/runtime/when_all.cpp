#include <databased/when_all.hpp>

#include <optional>

namespace databased {

namespace detail {

namespace {

struct Line {
    explicit Line(Context& parent, StopState& stop) noexcept : branch(parent.branch), context(parent) {
        context.branch = &branch;
        context.stop = &stop;
    }

    Branch branch;
    Context context;
};

}  // namespace

struct TaskGroup::Member {
    std::optional<Line> line;  // once it has begun
    std::optional<RootCoroutine> coroutine;
};

TaskGroup::TaskGroup(Context& context, std::size_t size)
    : parent_(context), stop_(context.stop), members_(new Member[size]) {}

TaskGroup::~TaskGroup() {
    for (std::size_t i = 0; i < size_; ++i) members_[i].coroutine.reset();  // before the lines of them all
    delete[] members_;
}

void TaskGroup::add(RootCoroutine member) { members_[size_++].coroutine.emplace(std::move(member)); }

bool TaskGroup::await_ready() const noexcept { return size_ == 0; }

void TaskGroup::await_resume() const {
    if (failure_) std::rethrow_exception(failure_);
}

bool TaskGroup::await_suspend(std::coroutine_handle<> caller) {
    running_ = 1;  // this function itself: members that end at once must not wake the caller
    for (std::size_t i = 0; i < size_ && !failure_; ++i) {
        Line& line = members_[i].line.emplace(parent_, stop_);
        ++running_;
        members_[i].coroutine->bind(line.context).resume();
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
