#include "runtime/root_task.hpp"

#include "runtime/spawned_tasks.hpp"

#include <cstdio>
#include <utility>

namespace databased::detail {

namespace {

void write_unhandled(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "databased: a spawned task failed: %s\n", exception.what());
    } catch (...) {
        std::fprintf(stderr, "databased: a spawned task failed with something that is no std::exception\n");
    }
}

}  // namespace

RootTask::RootTask(SpawnedTasks& spawned, EventLoop::ErrorHandler on_error) noexcept
    : spawned_(spawned),
      on_error_(std::move(on_error)),
      context_{.loop = &spawned.loop(), .branch = &branch_, .stop = &stop_} {}

void RootTask::start(Task<> task) {
    coroutine_.emplace(run(*this, std::move(task)));
    spawned_.loop().schedule(coroutine_->bind(context_));
}

RootCoroutine RootTask::run(RootTask& self, Task<> task) {
    try {
        co_await std::move(task);
    } catch (...) {
        self.error_ = std::current_exception();
    }
    self.is_finished_ = true;
    self.spawned_.finished(self);
}

void RootTask::rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
}

void RootTask::report_error() noexcept {
    if (!error_ || is_answer_to_stop()) return;
    try {
        const auto& handler = on_error_ ? on_error_ : spawned_.handler();
        if (handler) return handler(error_);
        write_unhandled(error_);
    } catch (...) {
        write_unhandled(std::current_exception());
    }
}

bool RootTask::is_answer_to_stop() const noexcept {
    if (!stop_.requested()) return false;
    try {
        std::rethrow_exception(error_);
    } catch (const StoppedError&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace databased::detail
