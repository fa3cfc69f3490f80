#include "runtime/spawned_tasks.hpp"

#include "runtime/process.hpp"

#include <memory>

namespace databased::detail {

void SpawnedTasks::spawn(Task<> task, ErrorHandler on_error) {
    auto root = std::make_unique<RootTask>(*this, std::move(on_error));
    if (is_stopping_) root->request_stop();
    root->start(std::move(task));
    running_.push_back(*root.release());
    ++count_;
    handles_.hold();
}

void SpawnedTasks::begin_stopping() noexcept {
    is_stopping_ = true;
    for (RootTask* task = running_.empty() ? nullptr : &running_.front(); task != nullptr;
         task = running_.after(*task)) {
        task->request_stop();
    }
}

void SpawnedTasks::finished(RootTask& task) noexcept {
    handles_.stop_run();            // run() looks whether this is what it waits for
    if (!task.is_linked()) return;  // run()'s own
    task.unlink();
    finished_.push_back(task);
    --count_;
    handles_.release();
}

void SpawnedTasks::destroy_finished() noexcept {
    while (!finished_.empty()) {
        const std::unique_ptr<RootTask> task{&finished_.pop_front()};
        task->report_error();
    }
}

void SpawnedTasks::destroy_all() noexcept {
    while (!running_.empty()) delete &running_.pop_front();
    destroy_finished();
}

void SpawnedTasks::leave_to_parent() {
    while (!running_.empty()) detail::leave_to_parent(std::shared_ptr<RootTask>{&running_.pop_front()});
}

}  // namespace databased::detail
