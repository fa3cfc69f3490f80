// A socket on the loop: who listens hears of what can be read and written, and of nothing else.
#include "socket_watch.hpp"

#include "support/async.hpp"
#include "support/local_server.hpp"

#include <databased/error.hpp>

#include <uv.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using databased::postgresql::SocketEvents;
using databased::postgresql::SocketListener;
using databased::postgresql::SocketWatch;

/// Two sockets that are connected with each other.
class Pair {
  public:
    Pair() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()); }
    ~Pair() {
        close_ours();
        close_theirs();
    }
    int ours() const noexcept { return ends_[0]; }
    void close_ours() noexcept { close(ends_[0]); }
    void close_theirs() noexcept { close(ends_[1]); }
    void say_something() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
    void read_it() const {
        char byte = 0;
        EXPECT_EQ(::read(ends_[0], &byte, 1), 1);
    }

  private:
    static void close(int& end) noexcept {
        if (end >= 0) ::close(std::exchange(end, -1));
    }
    std::array<int, 2> ends_{};
};

class Ear final : public SocketListener {
  public:
    void on_socket(SocketEvents events) noexcept override {
        heard_.readable |= events.readable;
        heard_.writable |= events.writable;
        ++calls_;
        if (act) std::exchange(act, nullptr)();
        something_.set();
    }
    Task<> hears() { return something_.wait(); }
    SocketEvents heard() const noexcept { return heard_; }
    int calls() const noexcept { return calls_; }

    std::function<void()> act;

  private:
    SocketEvents heard_;
    int calls_ = 0;
    support::Event something_;
};

/// Long enough for the loop to look at its sockets.
Task<> some_turns() {
    for (int i = 0; i < 200; ++i) co_await support::Later{};
}

Task<std::unique_ptr<SocketWatch>> watch(const Pair& pair, Ear& ear) {
    detail::Context& context = co_await detail::this_context();
    co_return std::make_unique<SocketWatch>(*context.loop, pair.ours(), ear);
}

ASYNC_TEST(SocketWatch, TellsWhatCanBeRead) {
    const Pair pair;
    Ear ear;
    const auto watching = co_await watch(pair, ear);
    co_await some_turns();
    EXPECT_EQ(ear.calls(), 0);

    pair.say_something();
    co_await ear.hears();

    EXPECT_TRUE(ear.heard().readable);
    EXPECT_FALSE(ear.heard().writable);
}

ASYNC_TEST(SocketWatch, TellsAgainWhatWasNotRead) {
    const Pair pair;
    Ear ear;
    const auto watching = co_await watch(pair, ear);
    pair.say_something();
    while (ear.calls() < 3) co_await support::Later{};

    pair.read_it();
    co_await some_turns();

    const int calls = ear.calls();
    co_await some_turns();
    EXPECT_EQ(ear.calls(), calls);
}

ASYNC_TEST(SocketWatch, TellsOfWritingOnDemand) {
    const Pair pair;
    Ear ear;
    const auto watching = co_await watch(pair, ear);

    watching->start_writing();
    watching->start_writing();
    co_await ear.hears();
    watching->stop_writing();
    const int calls = ear.calls();
    co_await some_turns();

    EXPECT_TRUE(ear.heard().writable);
    EXPECT_FALSE(ear.heard().readable);
    EXPECT_EQ(ear.calls(), calls);
}

ASYNC_TEST(SocketWatch, CanBeDestroyedByItsListener) {
    const Pair pair;
    Ear ear;
    auto watching = co_await watch(pair, ear);
    ear.act = [&] { watching.reset(); };

    pair.say_something();
    co_await ear.hears();
    co_await some_turns();

    EXPECT_EQ(ear.calls(), 1);
}

ASYNC_TEST(SocketWatch, LeavesTheNumberOfItsSocketFree) {
    Ear first_ear;
    Ear second_ear;
    auto first = std::make_optional<Pair>();
    const int number = first->ours();
    auto watching = co_await watch(*first, first_ear);
    co_await some_turns();

    watching.reset();
    first.reset();
    const Pair second;
    watching = co_await watch(second, second_ear);
    second.say_something();
    co_await second_ear.hears();

    EXPECT_EQ(second.ours(), number);
    EXPECT_EQ(first_ear.calls(), 0);
}

ASYNC_TEST(SocketWatch, HearsThatTheOtherEndIsClosed) {
    Pair pair;
    Ear ear;
    const auto watching = co_await watch(pair, ear);

    pair.close_theirs();
    co_await ear.hears();

    EXPECT_TRUE(ear.heard().readable);
}

ASYNC_TEST(SocketWatch, HearsThatAConnectionIsBroken) {
    const support::SilentServer server;
    const int ours = server.connect();
    const int theirs = ::accept(server.socket(), nullptr, nullptr);
    Ear ear;
    detail::Context& context = co_await detail::this_context();
    const SocketWatch watching{*context.loop, ours, ear};
    const linger at_once{1, 0};
    setsockopt(theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);

    ::close(theirs);
    while (ear.calls() < 2) co_await support::Later{};  // it goes on until somebody reads

    EXPECT_TRUE(ear.heard().readable && ear.heard().writable);
    ::close(ours);
}

TEST(SocketWatchEnd, MayComeAfterThatOfItsLoop) {
    const Pair pair;
    Ear ear;
    auto loop = std::make_unique<EventLoop>();
    SocketWatch watching{*loop, pair.ours(), ear};
    watching.start_writing();

    loop.reset();
    watching.stop_writing();

    EXPECT_EQ(ear.calls(), 0);
}

TEST(SocketWatchEnd, IsNotWaitedForByAForeignLoop) {
    uv_loop_t native;
    uv_loop_init(&native);
    {
        const Pair pair;
        Ear ear;
        EventLoop loop{&native};
        const SocketWatch watching{loop, pair.ours(), ear};
        EXPECT_EQ(uv_run(&native, UV_RUN_DEFAULT), 0);
    }
    uv_run(&native, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&native), 0);
}

TEST(SocketWatchEnd, ComesAtOnceForWhatCannotBeWatched) {
    EventLoop loop;
    Ear ear;
    std::FILE* file = std::tmpfile();

    EXPECT_THROW(SocketWatch(loop, fileno(file), ear), ConnectionError);
    EXPECT_THROW(SocketWatch(loop, -1, ear), ConnectionError);

    std::fclose(file);
}

}  // namespace
