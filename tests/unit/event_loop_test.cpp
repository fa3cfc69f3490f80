#include "loop_tasks.hpp"

#include <gtest/gtest.h>
#include <uv.h>

namespace {

using databased::EventLoop;
using databased::LoopUser;
using support::forever;
using support::nothing;
using support::turns;
using namespace std::chrono_literals;

class NotingUser final : public LoopUser {
  public:
    explicit NotingUser(int& told) : told_(told) {}
    void on_loop_destroyed() noexcept override { ++told_; }

  private:
    int& told_;
};

TEST(LoopUser, IsToldOnceWhenItsLoopEndsFirst) {
    int told = 0;
    NotingUser user(told);
    {
        EventLoop loop;
        loop.add(user);
        loop.run(nothing());
        EXPECT_EQ(told, 0);
    }
    EXPECT_EQ(told, 1);
}

TEST(LoopUser, ThatEndsFirstIsNotTold) {
    int told = 0;
    {
        EventLoop loop;
        NotingUser user(told);
        loop.add(user);
    }
    EXPECT_EQ(told, 0);
}

class ProgramsLoop : public testing::Test {
  protected:
    ProgramsLoop() { uv_loop_init(&uv); }
    ~ProgramsLoop() override {
        EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
        EXPECT_EQ(uv_loop_close(&uv), 0) << "a handle is still open";
    }
    uv_loop_t uv{};
    uv_timer_t timer{};  // the program's
};

TEST_F(ProgramsLoop, RunsWhatIsSpawnedAndThenReturns) {
    EventLoop loop(&uv);
    loop.spawn(turns(10));
    loop.spawn(databased::sleep_for(2ms));

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);

    EXPECT_EQ(loop.spawned_count(), 0U);
}

TEST_F(ProgramsLoop, ReturnsAtOnceWhereNothingIsSpawned) {
    EventLoop loop(&uv);

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
    EXPECT_EQ(loop.native(), &uv);
}

TEST_F(ProgramsLoop, RunsWhatACallbackOfTheProgramSpawns) {
    EventLoop loop(&uv);
    uv_timer_init(&uv, &timer);
    timer.data = &loop;
    uv_timer_start(
        &timer,
        [](uv_timer_t* handle) {
            static_cast<EventLoop*>(handle->data)->spawn(turns(2));
            uv_close(reinterpret_cast<uv_handle_t*>(handle), nullptr);
        },
        1, 0);

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
    EXPECT_EQ(loop.spawned_count(), 0U);
}

TEST_F(ProgramsLoop, CarriesSeveralEventLoopsOneAfterTheOther) {
    for (int i = 0; i < 3; ++i) {
        EventLoop loop(&uv);
        loop.spawn(turns(2));
        EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
        EXPECT_EQ(loop.spawned_count(), 0U);
    }
}

TEST_F(ProgramsLoop, CarriesTwoEventLoopsAtTheSameTime) {
    EventLoop one(&uv);
    EventLoop two(&uv);
    one.spawn(turns(5));
    two.spawn(turns(5));

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);

    EXPECT_EQ(one.spawned_count() + two.spawned_count(), 0U);
}

TEST_F(ProgramsLoop, CanBeDrivenByRunAsWell) {
    EventLoop loop(&uv);
    uv_timer_t& hourly = timer;  // no reason for run() to wait
    uv_timer_init(&uv, &hourly);
    uv_timer_start(
        &hourly, [](uv_timer_t*) {}, 3'600'000, 0);
    loop.spawn(forever());

    loop.run(turns(3));
    loop.run(nothing());

    uv_close(reinterpret_cast<uv_handle_t*>(&hourly), nullptr);
}

}  // namespace
