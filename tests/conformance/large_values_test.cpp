// Values of a hundred megabytes.
#include "support/conformance.hpp"

#include <cstddef>

namespace {

using namespace databased;

CONFORMANCE_SUITE(LargeValues);

constexpr std::size_t large = 100'000'000;

CONFORMANCE_TEST(LargeValues, GoInAndComeOutAsTheyAre) {
    const auto* const type = support::Conformance::current().backend() == "sqlite" ? "BLOB" : "BYTEA";
    auto database = co_await support::fresh_database("CREATE TABLE file (body " + std::string{type} + " NOT NULL)");
    Bytes body(large, std::byte{0x5a});
    body.front() = std::byte{0};
    body[large / 2] = std::byte{'\\'};

    co_await database.execute("INSERT INTO file VALUES (?)", body);

    const auto found = co_await database.fetch_val<Bytes>("SELECT body FROM file");
    EXPECT_TRUE(found == body);
    RowStream<Bytes> stream = database.stream<Bytes>("SELECT body FROM file");
    const auto streamed = co_await stream.next();
    EXPECT_TRUE(streamed == body);
}

}  // namespace
