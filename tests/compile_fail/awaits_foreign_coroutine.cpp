// error: (no matching|constraints not satisfied|await_suspend)
#include <databased/task.hpp>

struct Foreign {
    struct promise_type {
        Foreign get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void unhandled_exception() {}
        void return_void() {}
    };
};

databased::Task<> work();

Foreign caller() { co_await work(); }
