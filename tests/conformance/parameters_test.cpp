// Arguments on their way to a database: placeholders of both forms, lists, and that nothing of them can dangle.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/refusal.hpp"

#include <databased/json.hpp>

#include <cstdint>
#include <list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace databased;
using support::fresh_database;
using support::mentions;
using support::refusal_by;

CONFORMANCE_SUITE(Arguments);

constexpr const char* numbers =
    "CREATE TABLE number AS SELECT 1 AS n, 'one' AS name UNION ALL SELECT 2, 'two' UNION ALL SELECT 3, 'three' UNION "
    "ALL SELECT 4, NULL";
constexpr const char* count_in = "SELECT count(*) FROM number WHERE n IN (?)";
constexpr const char* count_not_in = "SELECT count(*) FROM number WHERE n NOT IN (?)";

CONFORMANCE_TEST(Arguments, AreTakenByPosition) {
    auto database = co_await fresh_database(numbers);

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT name FROM number WHERE n > ? AND n < ?", 1, 3), "two");
}

CONFORMANCE_TEST(Arguments, AreTakenByNameInAnyOrder) {
    auto database = co_await fresh_database(numbers);
    const std::string sql = "SELECT name FROM number WHERE n > :low AND n < :high AND :low < :high";

    EXPECT_EQ(co_await database.fetch_val<std::string>(sql, arg("high", 3), arg("low", 1)), "two");
    EXPECT_EQ(co_await database.fetch_val<std::string>(sql, arg("low", 0), arg("high", 2)), "one");
}

CONFORMANCE_TEST(Arguments, AreTakenFromParameters) {
    auto database = co_await fresh_database(numbers);
    Parameters parameters;
    parameters.add("name", "three");

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT n FROM number WHERE name = :name", parameters), 3);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM number", Parameters()), 4);
}

CONFORMANCE_TEST(Arguments, MustFitThePlaceholders) {
    auto database = co_await fresh_database(numbers);

    const auto too_few = co_await refusal_by<ParameterError>(database.execute("SELECT ?, ?", 1));
    const auto too_many = co_await refusal_by<ParameterError>(database.execute("SELECT ?", 1, 2));
    const auto missing = co_await refusal_by<ParameterError>(database.execute("SELECT :low, :high", arg("low", 1)));
    const auto unknown =
        co_await refusal_by<ParameterError>(database.execute("SELECT :low", arg("low", 1), arg("lwo", 2)));
    const auto twice =
        co_await refusal_by<ParameterError>(database.execute("SELECT :low", arg("low", 1), arg("low", 2)));

    EXPECT_PRED2(mentions, too_few, "2 positional parameters, but 1 argument was given");
    EXPECT_PRED2(mentions, too_many, "1 positional parameter, but 2 arguments were given");
    EXPECT_PRED2(mentions, missing, ":high");
    EXPECT_PRED2(mentions, unknown, "did you mean :low?");
    EXPECT_PRED2(mentions, twice, "two arguments are named :low");
}

CONFORMANCE_TEST(Arguments, AreRefusedByTheAwaitAndNotByTheCall) {
    auto database = co_await fresh_database();

    auto too_few = database.execute("SELECT ?");
    auto too_large = database.fetch_one("SELECT ?", std::uint64_t(-1));
    auto no_statement = database.execute_many("", std::vector<int>(1));

    EXPECT_THROW(co_await std::move(too_few), ParameterError);
    EXPECT_THROW(co_await std::move(too_large), ParameterError);
    EXPECT_THROW(co_await std::move(no_statement), SyntaxError);
}

CONFORMANCE_TEST(Arguments, ThatAreRefusedLeaveTheSessionAsItWas) {
    auto database = co_await fresh_database(numbers);

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("DELETE FROM number WHERE n = ?", 1);
        EXPECT_THROW(co_await session.execute("DELETE FROM number WHERE n = ?"), ParameterError);
        co_await session.execute("DELETE FROM number WHERE n = ?", 2);
    });

    EXPECT_EQ(co_await support::committed_rows("number"), 2);
}

CONFORMANCE_TEST(Arguments, OfTwoFormsAreRefused) {
    auto database = co_await fresh_database();

    EXPECT_THROW(co_await database.execute("SELECT :a, ?", arg("a", 1), 2), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT ?, ?", arg("a", 1), 2), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT :a", 1), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT ?", arg("a", 1)), ParameterError);
}

CONFORMANCE_TEST(Arguments, AreNotSeenInStringsNamesAndComments) {
    auto database = co_await fresh_database();

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ':a ? 12:30:00' /* :b ? */ || ? -- :c ?", "!"),
              ":a ? 12:30:00!");
    EXPECT_EQ((co_await database.fetch_one("SELECT ? AS \"a:b?\"", 1)).value().columns()[0].name, "a:b?");
}

CONFORMANCE_TEST(Arguments, AreDataAndNeverSql) {
    auto database = co_await fresh_database(numbers);
    const std::string hostile = "'; DROP TABLE number; --";

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ?", hostile), hostile);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM number WHERE name = :x", arg("x", hostile)), 0);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM number"), 4);
}

CONFORMANCE_TEST(Arguments, MayBeGoneBeforeTheAwait) {
    auto database = co_await fresh_database();
    std::vector<Task<std::optional<std::string>>> tasks;
    const auto keep = [&](const auto& argument) {
        tasks.push_back(database.fetch_val<std::string>("SELECT ?", argument));
    };
    {
        std::string text = "a text that is longer than what a string keeps inside: ";
        keep(text + "string");
        keep(std::string_view{text + "view"});
        keep((text + "pointer").c_str());
        std::vector<char> buffer(text.begin(), text.end());
        buffer.push_back('\0');
        keep(buffer.data());
        tasks.push_back(database.fetch_val<std::string>(std::string_view{std::string{"SELECT :"} + "a"},
                                                        arg(std::string{"a"}, text + "named")));
        text.assign(text.size(), '#');
    }

    std::vector<std::string> texts;
    for (auto& task : tasks) texts.push_back((co_await std::move(task)).value());

    const std::string start = "a text that is longer than what a string keeps inside: ";
    EXPECT_EQ(texts[0], start + "string");
    EXPECT_EQ(texts[1], start + "view");
    EXPECT_EQ(texts[2], start + "pointer");
    EXPECT_EQ(texts[3], start);
    EXPECT_EQ(texts[4], start + "named");
}

CONFORMANCE_TEST(Arguments, MayBeTextInAnyForm) {
    auto database = co_await fresh_database();
    char buffer[16] = "buffer";
    const char* const pointer = "pointer";

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ?", "literal"), "literal");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ?", buffer), "buffer");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ?", pointer), "pointer");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ?", std::string_view{"view"}.substr(1)), "iew");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT :a", arg("a", "named")), "named");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT ?", ""), "");
}

CONFORMANCE_TEST(Arguments, MayBeNull) {
    auto database = co_await fresh_database();

    EXPECT_EQ(co_await database.fetch_val("SELECT ?", nullptr), Value());
    EXPECT_EQ(co_await database.fetch_val("SELECT ?", std::nullopt), Value());
    EXPECT_EQ(co_await database.fetch_val("SELECT ?", std::optional<std::string>()), Value());
    EXPECT_EQ(co_await database.fetch_val("SELECT :a", arg("a", nullptr)), Value());
    EXPECT_EQ(co_await database.fetch_val("SELECT ?", Value()), Value());
}

CONFORMANCE_TEST(Arguments, MayBeFieldsOfARow) {
    auto database = co_await fresh_database(numbers);
    const Rows rows = co_await database.fetch_all(
        support::sql("SELECT n, name, 0.5, x'00ff' FROM number ORDER BY n",
                     "SELECT n, name, 0.5::float8, '\\x00ff'::bytea FROM number ORDER BY n"));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT n FROM number WHERE name = ?", rows[1]["name"]), 2);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT n FROM number WHERE n = :n", arg("n", rows[2][0])), 3);
    EXPECT_EQ(co_await database.fetch_val("SELECT ?", rows[3]["name"]), Value());
    EXPECT_EQ(co_await database.fetch_val<double>("SELECT ?", rows[0][2]), 0.5);
    EXPECT_EQ((co_await database.fetch_val<Bytes>("SELECT ?", rows[0][3])).value().size(), 2U);
}

CONFORMANCE_TEST(Arguments, MayBeValues) {
    auto database = co_await fresh_database();
    std::vector<Value> values{7, 0.5, "text", Bytes(2), Value()};

    for (const Value& value : values) EXPECT_EQ(co_await database.fetch_val("SELECT ?", value), value);
}

// Lists

CONFORMANCE_SUITE(Lists);

CONFORMANCE_TEST(Lists, StandForOneParameter) {
    auto database = co_await fresh_database(numbers);
    const std::vector<int> some{1, 3, 9};
    const std::list<std::string> names{"one", "two"};

    EXPECT_EQ(co_await database.fetch_val<int>(count_in, expand(some)), 2);
    EXPECT_EQ(co_await database.fetch_val<int>(count_not_in, expand(some)), 2);
    EXPECT_EQ(
        co_await database.fetch_val<int>("SELECT count(*) FROM number WHERE name IN (?) AND n > ?", expand(names), 1),
        1);
    EXPECT_EQ(co_await database.fetch_val<int>(
                  "SELECT count(*) FROM number WHERE n IN (:some) OR (n > :n AND n NOT IN (:some))", arg("n", 3),
                  arg("some", expand(some))),
              3);
}

CONFORMANCE_TEST(Lists, MayBeOfAnyRange) {
    auto database = co_await fresh_database(numbers);

    EXPECT_EQ(co_await database.fetch_val<int>(count_in, expand(std::views::iota(2, 4))), 2);
    EXPECT_EQ(co_await database.fetch_val<int>(count_in, expand(std::vector<std::int64_t>(3, 4))), 1);
}

CONFORMANCE_TEST(Lists, ThatAreEmptyHoldNothing) {
    auto database = co_await fresh_database(numbers);
    const std::vector<int> none;

    EXPECT_EQ(co_await database.fetch_val<int>(count_in, expand(none)), 0);
    EXPECT_EQ(co_await database.fetch_val<int>(count_not_in, expand(none)), 4);
    EXPECT_EQ(
        co_await database.fetch_val<int>("SELECT count(*) FROM number WHERE name NOT IN (:l)", arg("l", expand(none))),
        4);
}

CONFORMANCE_TEST(Lists, MayHoldNullWhichEqualsNothing) {
    auto database = co_await fresh_database(numbers);
    const std::vector<std::optional<int>> with_null{1, std::nullopt};

    EXPECT_EQ(co_await database.fetch_val<int>(count_in, expand(with_null)), 1);
    EXPECT_EQ(co_await database.fetch_val<int>(count_not_in, expand(with_null)), 0);
}

CONFORMANCE_TEST(Lists, MayBeLong) {
    auto database = co_await fresh_database(numbers);

    EXPECT_EQ(co_await database.fetch_val<int>(count_in, expand(std::views::iota(3, 30'000))), 2);
}

CONFORMANCE_TEST(Lists, MayNotBeLongerThanTheDatabaseTakes) {
    auto database = co_await fresh_database(numbers);

    const auto message =
        co_await refusal_by<ParameterError>(database.fetch_val<int>(count_in, expand(std::views::iota(0, 70'000))));

    EXPECT_PRED2(mentions, message, "70000 parameters");
    EXPECT_PRED2(mentions, message, "split it");
    EXPECT_EQ(co_await database.fetch_val<int>(count_in, 1), 1);
}

CONFORMANCE_TEST(Lists, MayBeGoneBeforeTheAwait) {
    auto database = co_await fresh_database(numbers);
    std::optional<Task<std::optional<int>>> task;
    {
        std::vector<std::string> names(2, "a text that is longer than what a string keeps inside");
        names.emplace_back("three");
        task = database.fetch_val<int>("SELECT n FROM number WHERE name IN (?)", expand(std::as_const(names)));
    }

    EXPECT_EQ(co_await std::move(*task), 3);
}

}  // namespace
