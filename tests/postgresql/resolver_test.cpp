// Names become addresses beside the loop.
#include "resolver.hpp"

#include "support/async.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <databased/detail/waiter.hpp>
#include <databased/error.hpp>

#include <uv.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using Addresses = std::vector<std::string>;

Task<Addresses> addresses_of(std::string host, detail::Clock::duration limit = 60s) {
    detail::Context& context = co_await detail::this_context();
    co_return co_await postgresql::resolve(*context.loop, host, detail::Clock::now() + limit);
}

ASYNC_TEST(Resolver, FindsAllAddressesOfAName) {
    const auto addresses = co_await addresses_of("localhost");

    EXPECT_NE(std::find(addresses.begin(), addresses.end(), "127.0.0.1"), addresses.end());
    EXPECT_EQ(std::count(addresses.begin(), addresses.end(), "127.0.0.1"), 1);
}

ASYNC_TEST(Resolver, LeavesNumbersAsTheyAre) {
    for (const std::string number : {"10.0.0.1", "2001:db8::1", "fe80::1%lo"}) {
        const auto addresses = co_await addresses_of(number);
        EXPECT_EQ(addresses.size(), 1U);
        EXPECT_EQ(addresses.front(), number);
    }
}

ASYNC_TEST(Resolver, SaysThatANameHasNoAddress) {
    const auto error = co_await support::thrown<ConnectionError>(addresses_of("no-such-host.invalid"));

    EXPECT_EQ(error.sqlstate(), "08001");
    EXPECT_PRED2(support::mentions, error.what(), "no-such-host.invalid does not resolve");
}

ASYNC_TEST(Resolver, RefusesWhatCannotBeAName) {
    EXPECT_TRUE(co_await support::fails_with<ConnectionError>(addresses_of(std::string(5'000, 'a'))));
    EXPECT_TRUE(co_await support::fails_with<ConnectionError>(addresses_of("a b")));
}

ASYNC_TEST(Resolver, KeepsItsLimit) {
    const auto error = co_await support::thrown<ConnectionError>(addresses_of("localhost", -1s));

    EXPECT_PRED2(support::mentions, error.what(), "in time");
}

TEST(ResolverEnd, MayComeWhileNamesAreLookedUp) {
    for (const int turns : {0, 1, 2, 3}) {
        EventLoop loop;
        loop.on_unhandled_error([](const std::exception_ptr&) {});
        for (int i = 0; i < 20; ++i) loop.spawn([]() -> Task<> { co_await addresses_of("no-such-host.invalid"); }());
        for (int i = 0; i < turns; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
    }
}

}  // namespace
