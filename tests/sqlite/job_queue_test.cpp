// How jobs get from the loop's thread to the worker's.
#include "job_queue.hpp"

#include "job.hpp"

#include <databased/event_loop.hpp>

#include <array>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using sqlite::Job;
using sqlite::JobQueue;

class UnheardExchange final : public backend::Exchange {
  public:
    UnheardExchange() : Exchange(Request{}) {}
    void finish(Outcome) noexcept override {}
};

using Jobs = std::vector<Job*>;

/// With a thread that waits awake, and with one that sleeps at once.
struct JobQueueTest : testing::TestWithParam<std::chrono::microseconds> {
    EventLoop loop{};
    UnheardExchange exchange{};
    Job first{loop, Job::Kind::keep, exchange};
    Job second{loop, Job::Kind::keep, exchange};
    Job third{loop, Job::Kind::keep, exchange};
    JobQueue queue{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Spinning, JobQueueTest, testing::Values(0us, 50us));

TEST_P(JobQueueTest, GivesAllJobsAtOnceInTheirOrder) {
    queue.add(std::array{&first, &second});
    queue.add(std::array{&third});
    Jobs taken{&third};

    EXPECT_TRUE(queue.take(taken));

    EXPECT_EQ(taken, (Jobs{&first, &second, &third}));
}

TEST_P(JobQueueTest, WakesUpWhoWaits) {
    std::promise<Jobs> promise;
    std::thread taker{[&] {
        Jobs taken;
        queue.take(taken);
        promise.set_value(taken);
    }};

    queue.expect();
    queue.add(std::array{&first});

    EXPECT_EQ(promise.get_future().get(), Jobs{&first});
    taker.join();
}

TEST_P(JobQueueTest, LetsWhoWaitsGoAtItsEnd) {
    std::promise<bool> promise;
    std::thread taker{[&] {
        Jobs taken;
        promise.set_value(queue.take(taken));
    }};

    queue.end();

    EXPECT_FALSE(promise.get_future().get());
    taker.join();
}

TEST_P(JobQueueTest, GivesWhatIsThereBehindItsEndAsWell) {
    queue.add(std::array{&first});
    queue.end();
    Jobs taken;

    EXPECT_TRUE(queue.take(taken));
    EXPECT_EQ(taken, Jobs{&first});

    EXPECT_FALSE(queue.take(taken));
    EXPECT_TRUE(taken.empty());
}

}  // namespace
