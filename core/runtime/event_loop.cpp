#include <databased/event_loop.hpp>

#include "runtime/loop_driver.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace databased {

namespace {

class PostedFunction final : public LoopWork {
  public:
    explicit PostedFunction(detail::Callback<void()> function) : function_(std::move(function)) {}
    void on_loop() noexcept override {
        const std::unique_ptr<PostedFunction> self{this};
        function_();
    }

  private:
    detail::Callback<void()> function_;
};

}  // namespace

struct EventLoop::State {
    State(EventLoop& loop, uv_loop_t* adopted) : driver(loop, adopted, queues) {}

    detail::LoopQueues queues{};
    detail::LoopDriver driver;
    std::atomic<std::thread::id> thread{std::this_thread::get_id()};
};

detail::LoopDriver& detail::LoopDriver::of(EventLoop& loop) noexcept { return loop.state_->driver; }
void detail::LoopDriver::set_thread(EventLoop& loop, std::thread::id thread) noexcept {
    loop.state_->thread.store(thread, std::memory_order_relaxed);
}

EventLoop::EventLoop() : EventLoop(nullptr) {}

EventLoop::EventLoop(uv_loop_t* adopted) : state_(new State(*this, adopted)) {}

EventLoop::~EventLoop() {
    detail::LoopQueues& queues = state_->queues;
    detail::LoopDriver& driver = state_->driver;
    if (driver.is_inherited()) {
        driver.leave_to_parent();
        driver.tasks().leave_to_parent();
    }
    while (!queues.users.empty()) queues.users.pop_front().on_loop_destroyed();
    while (!driver.tasks().is_empty() || !queues.mailbox.is_empty()) {
        driver.tasks().destroy_all();
        queues.mailbox.deliver();
    }
    // Its handles are still in the program's loop, and whether that one has left the parent's cannot be known.
    if (driver.is_left() && !driver.handles().owns_loop())
        detail::leave_to_parent(std::shared_ptr<State>{state_.release()});
}

bool EventLoop::is_on_its_thread() const noexcept {
    return state_->thread.load(std::memory_order_relaxed) == std::this_thread::get_id();
}
EventLoop* EventLoop::current() noexcept { return detail::LoopDriver::loop_in_turn(); }
uv_loop_t* EventLoop::native() noexcept { return &state_->driver.handles().loop(); }
std::size_t EventLoop::spawned_count() const noexcept { return state_->driver.tasks().count(); }

void EventLoop::run_root(Task<> task) {
    detail::LoopDriver& driver = state_->driver;
    if (current() != nullptr) {
        throw UsageError("run() inside a running event loop would block it: co_await the task, or spawn() it");
    }
    if (driver.is_inherited())
        throw UsageError("this event loop was made before fork(); make another one in the child process");
    detail::LoopDriver::set_thread(*this, std::this_thread::get_id());
    const auto root = std::make_shared<detail::RootTask>(driver.tasks(), ErrorHandler{});
    root->start(std::move(task));
    driver.handles().hold();
    driver.run_until([&] { return root->is_finished(); });
    if (!root->is_finished()) {
        detail::leave_to_parent(root);
        throw UsageError("a child process cannot wait in the event loop of its parent: make another one there");
    }
    driver.stop_tasks();
    driver.handles().release();
    root->rethrow_error();
}

void EventLoop::spawn(Task<> task, ErrorHandler on_error) {
    state_->driver.tasks().spawn(std::move(task), std::move(on_error));
}

void EventLoop::on_unhandled_error(ErrorHandler handler) {
    state_->driver.tasks().on_unhandled_error(std::move(handler));
}

void EventLoop::post(detail::Callback<void()> work) { post(*new PostedFunction(std::move(work))); }
void EventLoop::post(LoopWork& work) noexcept { state_->queues.mailbox.push(work, work); }
void EventLoop::post(std::span<LoopWork* const> batch) noexcept { state_->queues.mailbox.push(batch); }

detail::Clock::time_point EventLoop::now() noexcept { return state_->queues.clock.now(); }
void EventLoop::schedule(std::coroutine_handle<> waiting) { state_->queues.ready.push(waiting); }
bool EventLoop::has_others_waiting() const noexcept {
    return state_->queues.ready.has_more() || !state_->queues.mailbox.is_empty();
}
void EventLoop::at_end_of_turn(EndOfTurn& listener) noexcept { state_->queues.ready.at_end_of_turn(listener); }
detail::BusyWait& EventLoop::busy_wait() noexcept { return state_->queues.busy_wait; }
void EventLoop::add(LoopUser& user) noexcept { state_->queues.users.push_back(user); }

void EventLoop::start(Timer& timer, detail::Clock::time_point when) {
    state_->queues.timers.start(timer, when);
    state_->driver.arm_clock();
}

void EventLoop::stop(Timer& timer) noexcept { detail::TimerHeap::stop(timer); }

}  // namespace databased
