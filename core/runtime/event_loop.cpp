#include <databased/event_loop.hpp>

#include "runtime/mailbox.hpp"
#include "runtime/process.hpp"

#include <databased/detail/pause.hpp>

#include <uv.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace databased {

namespace {

thread_local EventLoop* loop_in_turn = nullptr;

constexpr int turns_before_poll = 32;  // then sockets get their chance, whatever other threads post
constexpr int looks_per_clock = 16;
constexpr int most_luck = 32;
constexpr int price_of_waiting_in_vain = 8;
constexpr std::size_t resumes_per_turn = 4096;  // then sockets and timers get their chance

void write_unhandled(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "databased: a spawned task failed: %s\n", exception.what());
    } catch (...) {
        std::fprintf(stderr, "databased: a spawned task failed with something that is no std::exception\n");
    }
}

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

/// libuv's handles live until their close callbacks, which may come after the EventLoop is gone.
struct EventLoop::Handles {
    EventLoop* owner;
    uv_poll_t posted{};          // watches the mailbox
    uv_prepare_t before_poll{};  // picks up what became ready outside of a turn
    uv_check_t after_poll{};
    uv_idle_t keep_going{};  // active while a turn left something over: the poll does not block then
    uv_timer_t clock{};
    std::thread::id thread = std::this_thread::get_id();
    int open = 5;

    static Handles& of(const void* handle) {
        return *static_cast<Handles*>(static_cast<const uv_handle_t*>(handle)->data);
    }

    template <class Handle>
    void close(Handle& handle) {
        uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* closed) {
            Handles& handles = of(closed);
            if (--handles.open == 0) delete &handles;
        });
    }
};

/// The frame and context of run() or of one spawned task.
class EventLoop::RootTask final : public detail::ListNode<RootTask> {
  public:
    RootTask(EventLoop& loop, ErrorHandler on_error) : loop_(loop), on_error_(std::move(on_error)) {}

    void start(Task<> task) {
        coroutine_.emplace(run(*this, std::move(task)));
        loop_.schedule(coroutine_->bind(context_));
    }
    void request_stop() noexcept { stop_.request(); }
    bool is_finished() const noexcept { return finished_; }

    void rethrow_error() const {
        if (error_) std::rethrow_exception(error_);
    }
    void report_error() noexcept {
        if (!error_ || is_answer_to_stop()) return;
        try {
            if (on_error_) return on_error_(error_);
            if (loop_.unhandled_) return loop_.unhandled_(error_);
            write_unhandled(error_);
        } catch (...) {
            write_unhandled(std::current_exception());
        }
    }

  private:
    static detail::RootCoroutine run(RootTask& self, Task<> task) {
        try {
            co_await std::move(task);
        } catch (...) {
            self.error_ = std::current_exception();
        }
        self.finished_ = true;
        self.loop_.finished(self);
    }

    bool is_answer_to_stop() const noexcept {
        if (!stop_.requested()) return false;
        try {
            std::rethrow_exception(error_);
        } catch (const StoppedError&) {
            return true;
        } catch (...) {
            return false;
        }
    }

    EventLoop& loop_;
    ErrorHandler on_error_;
    detail::StopState stop_{nullptr};
    detail::Branch branch_{nullptr};
    detail::Context context_{&loop_, &branch_, &stop_, detail::Clock::time_point::max()};
    std::exception_ptr error_;
    bool finished_ = false;
    std::optional<detail::RootCoroutine> coroutine_;  // last: its frame goes first
};

Timer::~Timer() {
    if (loop_ != nullptr) loop_->stop(*this);
}

EventLoop::EventLoop()
    : own_loop_(std::make_unique<uv_loop_t>()),
      mailbox_(std::make_unique<detail::Mailbox>()),
      generation_(detail::process_generation()) {
    if (const int failed = uv_loop_init(own_loop_.get()); failed != 0) {
        throw Error(std::string{"cannot make an event loop: "} + uv_strerror(failed));
    }
    open_handles(own_loop_.get());
}

EventLoop::EventLoop(uv_loop_t* adopted)
    : mailbox_(std::make_unique<detail::Mailbox>()), generation_(detail::process_generation()) {
    open_handles(adopted);
}

void EventLoop::open_handles(uv_loop_t* loop) {
    handles_ = new Handles{.owner = this};
    Handles& handles = *handles_;
    handles.posted.data = handles.before_poll.data = handles.after_poll.data = &handles;
    handles.keep_going.data = handles.clock.data = &handles;
    uv_poll_init(loop, &handles.posted, mailbox_->descriptor());
    uv_poll_start(&handles.posted, UV_READABLE,
                  [](uv_poll_t* handle, int, int) { Handles::of(handle).owner->mailbox_->clear_signals(); });
    uv_prepare_init(loop, &handles.before_poll);
    uv_prepare_start(&handles.before_poll, [](uv_prepare_t* handle) { Handles::of(handle).owner->before_poll(); });
    uv_check_init(loop, &handles.after_poll);
    uv_check_start(&handles.after_poll, [](uv_check_t* handle) { Handles::of(handle).owner->turn(); });
    uv_idle_init(loop, &handles.keep_going);
    uv_timer_init(loop, &handles.clock);
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles.posted));
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles.before_poll));
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles.after_poll));
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles.clock));
}

EventLoop::~EventLoop() {
    if (is_inherited()) {
        leave_to_parent();
        leave_tasks_to_parent();
    }
    while (!users_.empty()) users_.pop_front().on_loop_destroyed();
    while (!spawned_.empty() || !finished_.empty() || !mailbox_->is_empty()) {
        while (!spawned_.empty()) delete &spawned_.pop_front();
        destroy_finished();
        mailbox_->deliver();
    }
    for (Timer* timer : timers_) timer->loop_ = nullptr;
    if (is_left_ && own_loop_ == nullptr) {  // whether its program has called uv_loop_fork() cannot be known
        detail::leave_to_parent(std::move(mailbox_));
        return;
    }

    Handles& handles = *handles_;
    handles.close(handles.posted);
    handles.close(handles.before_poll);
    handles.close(handles.after_poll);
    handles.close(handles.keep_going);
    handles.close(handles.clock);
    if (own_loop_ == nullptr) return;
    uv_run(own_loop_.get(), is_left_ ? UV_RUN_NOWAIT : UV_RUN_DEFAULT);
    const bool is_closed = uv_loop_close(own_loop_.get()) == 0;
    if (!is_closed) detail::leave_to_parent(std::move(own_loop_));  // what a thread of the parent's was doing for it
}

bool EventLoop::is_on_its_thread() const noexcept { return handles_->thread == std::this_thread::get_id(); }
EventLoop* EventLoop::current() noexcept { return loop_in_turn; }
uv_loop_t* EventLoop::native() noexcept { return handles_->posted.loop; }
void EventLoop::on_unhandled_error(ErrorHandler handler) { unhandled_ = std::move(handler); }

// Tasks

void EventLoop::run_root(Task<> task) {
    if (loop_in_turn != nullptr) {
        throw UsageError("run() inside a running event loop would block it: co_await the task, or spawn() it");
    }
    if (is_inherited())
        throw UsageError("this event loop was made before fork(); make another one in the child process");
    handles_->thread = std::this_thread::get_id();
    const auto root = std::make_shared<RootTask>(*this, ErrorHandler{});
    root->start(std::move(task));
    begin_work();
    drive_until([&] { return root->is_finished(); });
    if (!root->is_finished()) {
        detail::leave_to_parent(root);
        throw UsageError("a child process cannot wait in the event loop of its parent: make another one there");
    }
    stop_spawned();
    end_work();
    root->rethrow_error();
}

template <class Condition>
void EventLoop::drive_until(Condition is_met) {
    in_run_ = true;
    while (!is_met() && !is_left_) uv_run(native(), UV_RUN_ONCE);
    in_run_ = false;
}

void EventLoop::stop_spawned() {
    is_stopping_ = true;
    for (RootTask* task = spawned_.empty() ? nullptr : &spawned_.front(); task != nullptr;
         task = spawned_.after(*task)) {
        task->request_stop();
    }
    drive_until([&] { return spawned_count_ == 0; });
    is_stopping_ = false;
}

bool EventLoop::is_inherited() const noexcept { return generation_ != detail::process_generation(); }

/// The parent polls the same descriptors by the same epoll instance: before anything is done to them here, the loop
/// needs an instance of its own. It then watches nothing any more.
void EventLoop::leave_to_parent() noexcept {
    if (std::exchange(is_left_, true)) return;
    uv_stop(native());
    uv_prepare_stop(&handles_->before_poll);
    uv_check_stop(&handles_->after_poll);
    uv_timer_stop(&handles_->clock);
    if (own_loop_ != nullptr) {
        uv_loop_fork(own_loop_.get());
        uv_poll_stop(&handles_->posted);
    }
    mailbox_->forget_signals();
    while (!users_.empty()) users_.pop_front().on_loop_inherited();
}

/// They may be in the middle of something with a connection of the parent's.
void EventLoop::leave_tasks_to_parent() {
    while (!spawned_.empty()) detail::leave_to_parent(std::shared_ptr<RootTask>{&spawned_.pop_front()});
}

void EventLoop::begin_work() noexcept {
    if (++working_ == 1) uv_ref(reinterpret_cast<uv_handle_t*>(&handles_->posted));
}

void EventLoop::end_work() noexcept {
    if (--working_ == 0) uv_unref(reinterpret_cast<uv_handle_t*>(&handles_->posted));
}

void EventLoop::spawn(Task<> task, ErrorHandler on_error) {
    auto root = std::make_unique<RootTask>(*this, std::move(on_error));
    if (is_stopping_) root->request_stop();
    root->start(std::move(task));
    spawned_.push_back(*root.release());
    ++spawned_count_;
    begin_work();
}

void EventLoop::finished(RootTask& root) noexcept {
    if (in_run_) uv_stop(native());  // run() looks whether this is what it waits for, before the loop sleeps
    if (!root.is_linked()) return;   // run()'s own
    root.unlink();
    finished_.push_back(root);
    --spawned_count_;
    end_work();
}

void EventLoop::destroy_finished() noexcept {
    while (!finished_.empty()) {
        const std::unique_ptr<RootTask> root{&finished_.pop_front()};
        root->report_error();
    }
}

// Work from other threads

void EventLoop::post(detail::Callback<void()> work) { post(*new PostedFunction(std::move(work))); }

void EventLoop::post(LoopWork& work) noexcept { mailbox_->push(work, work); }

void EventLoop::post(std::span<LoopWork* const> batch) noexcept { mailbox_->push(batch); }

// The turn

void EventLoop::schedule(std::coroutine_handle<> waiting) { ready_.push_back(waiting); }

void EventLoop::at_turn_end(TurnEnd& listener) noexcept {
    if (!listener.is_linked()) turn_ends_.push_back(listener);
}

void EventLoop::turn() noexcept {
    if (in_turn_) return;  // a user's callback runs the loop within our turn
    in_turn_ = true;
    now_ = {};
    EventLoop* outer = std::exchange(loop_in_turn, this);
    mailbox_->deliver();  // before the timers: what has finished wins over its time limit
    ring_timers();
    resume_ready();
    end_turn();
    loop_in_turn = outer;
    in_turn_ = false;
    if (is_inherited()) return leave_to_parent();
    if (ready_.empty() && turn_ends_.empty() && !clock_rang_) {
        uv_idle_stop(&handles_->keep_going);
    } else {
        uv_idle_start(&handles_->keep_going, [](uv_idle_t*) {});
    }
}

void EventLoop::before_poll() noexcept {
    turn();
    for (int i = 0; i < turns_before_poll; ++i) {
        if (!wait_awake()) {
            if (stays_awake()) break;
            if (mailbox_->fall_asleep()) return;
        }
        turn();
    }
    uv_idle_start(&handles_->keep_going, [](uv_idle_t*) {});
}

void EventLoop::expect_post(std::chrono::microseconds patience) noexcept {
    ++expected_posts_;
    patience_ = patience;
}

/// Falling asleep and being woken up costs more than most statements take. True if something came.
bool EventLoop::wait_awake() noexcept {
    if (!mailbox_->is_empty()) return true;
    if (expected_posts_ == 0 || patience_.count() == 0 ||
        uv_is_active(reinterpret_cast<uv_handle_t*>(&handles_->keep_going)) != 0) {
        return false;
    }
    luck_ = std::min(luck_ + 1, most_luck);  // now and then it is tried again
    if (luck_ <= 0) return false;
    const auto end = detail::Clock::now() + patience_;
    do {
        for (int i = 0; i < looks_per_clock; ++i) {
            if (!mailbox_->is_empty()) return true;
            detail::pause_thread();
        }
    } while (detail::Clock::now() < end);
    luck_ -= price_of_waiting_in_vain;
    return false;
}

void EventLoop::stay_awake(std::chrono::microseconds time) noexcept { awake_until_ = now() + time; }

bool EventLoop::stays_awake() noexcept {
    if (awake_until_ == detail::Clock::time_point{}) return false;
    if (detail::Clock::now() < awake_until_) return true;
    awake_until_ = {};
    return false;
}

detail::Clock::time_point EventLoop::now() noexcept {
    if (!in_turn_) return detail::Clock::now();
    if (now_ == detail::Clock::time_point{}) now_ = detail::Clock::now();
    return now_;
}

void EventLoop::resume_ready() noexcept {
    std::size_t resumed = 0;
    while (ready_head_ < ready_.size() && resumed++ < resumes_per_turn) ready_[ready_head_++].resume();
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(ready_head_));
    ready_head_ = 0;
}

void EventLoop::end_turn() noexcept {
    detail::IntrusiveList<TurnEnd> listeners;
    while (!turn_ends_.empty()) listeners.push_back(turn_ends_.pop_front());
    while (!listeners.empty()) listeners.pop_front().on_turn_end();
    destroy_finished();
}

// Timers

void EventLoop::start(Timer& timer, detail::Clock::time_point when) {
    stop(timer);
    timers_.push_back(&timer);
    timer.loop_ = this;
    timer.when_ = when;
    place(timers_.size() - 1, &timer);
    sift(timers_.size() - 1);
    arm_clock();
}

void EventLoop::stop(Timer& timer) noexcept {
    if (timer.loop_ == nullptr) return;
    const std::size_t position = timer.position_;
    Timer* last = timers_.back();
    timers_.pop_back();
    timer.loop_ = nullptr;
    if (last == &timer) return;
    place(position, last);
    sift(position);
}

void EventLoop::place(std::size_t position, Timer* timer) noexcept {
    timers_[position] = timer;
    timer->position_ = position;
}

/// Moves the timer at `position` up or down until the heap is in order again.
void EventLoop::sift(std::size_t position) noexcept {
    Timer* moving = timers_[position];
    while (position > 0 && moving->when_ < timers_[(position - 1) / 2]->when_) {
        place(position, timers_[(position - 1) / 2]);
        position = (position - 1) / 2;
    }
    for (std::size_t child = 2 * position + 1; child < timers_.size(); child = 2 * position + 1) {
        if (child + 1 < timers_.size() && timers_[child + 1]->when_ < timers_[child]->when_) ++child;
        if (timers_[child]->when_ >= moving->when_) break;
        place(position, timers_[child]);
        position = child;
    }
    place(position, moving);
}

/// Sets libuv's clock if the earliest timer comes before what it is set for. One that is stopped leaves it set: it then
/// rings for nothing once, which is cheaper than setting it anew for every statement with a time limit.
void EventLoop::arm_clock() noexcept {
    if (timers_.empty() || timers_.front()->when_ >= clock_armed_for_) return;
    clock_armed_for_ = timers_.front()->when_;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(clock_armed_for_ - detail::Clock::now());
    uv_update_time(native());
    uv_timer_start(
        &handles_->clock,
        [](uv_timer_t* handle) {
            EventLoop& loop = *Handles::of(handle).owner;
            loop.clock_rang_ = true;
            loop.turn();
        },
        static_cast<std::uint64_t>(std::max<std::int64_t>(wait.count(), 0)), 0);
}

void EventLoop::ring_timers() noexcept {
    if (!std::exchange(clock_rang_, false)) return;
    clock_armed_for_ = detail::Clock::time_point::max();
    const auto now = detail::Clock::now();
    while (!timers_.empty() && timers_.front()->when_ <= now) {
        Timer& due = *timers_.front();
        stop(due);
        due.on_time();
    }
    arm_clock();
}

}  // namespace databased
