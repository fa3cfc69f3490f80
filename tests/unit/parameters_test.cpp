// What arguments look like to a backend: their values, their order, and what is refused when they are added.
#include "support/refusal.hpp"

#include <databased/error.hpp>
#include <databased/json.hpp>
#include <databased/statement.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <list>
#include <optional>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using detail::Cell;
using std::chrono::sys_days;
using std::chrono::sys_time;
using std::chrono::year;
using support::mentions;
using support::refusal_of;

const StatementRules rules{.dialect = &sqlite_dialect, .max_parameters = 100};

constexpr auto infinity = std::numeric_limits<std::int64_t>::max();

template <class... Args>
Statement::Pointer made(std::string_view sql, const Args&... args) {
    auto statement = Statement::make(rules, sql, args...);
    statement->check();
    return statement;
}

/// The one argument of a statement, with the statement that keeps it.
class Sent {
  public:
    template <class T>
    explicit Sent(const T& argument) : statement_(made("SELECT ?", argument)) {}
    Cell cell() const { return statement_->parameter(0); }
    ValueKind kind() const { return cell().kind; }

  private:
    Statement::Pointer statement_;
};

template <class T>
std::string refusal(const T& argument) {
    return refusal_of<ParameterError>([&] { made("SELECT ?", argument); });
}

std::vector<std::string> texts_of(const Statement& statement, std::size_t run = 0) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < statement.text().parameter_count; ++i)
        texts.emplace_back(statement.parameter(i, run).text());
    return texts;
}

using Texts = std::vector<std::string>;

// Kinds

enum class Colour : int { red = -1, green };
enum class Huge : std::uint64_t { most = std::numeric_limits<std::uint64_t>::max() };

TEST(Argument, OfAnIntegerTypeIsAnInteger) {
    EXPECT_EQ(Sent{std::int8_t{-128}}.cell().integer, -128);
    EXPECT_EQ(Sent{std::numeric_limits<std::int64_t>::min()}.cell().integer, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(Sent{std::uint64_t{9223372036854775807U}}.cell().integer, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(Sent{Colour::red}.cell().integer, -1);
    EXPECT_EQ(Sent{Colour::red}.kind(), ValueKind::integer);
    EXPECT_EQ(Sent{true}.kind(), ValueKind::boolean);
}

TEST(Argument, OfAnUnsignedTypeMayBeTooLarge) {
    EXPECT_PRED2(mentions, refusal(std::uint64_t{9223372036854775808U}), "pass a Decimal");
    EXPECT_PRED2(mentions, refusal(Huge::most), "largest integer");
}

TEST(Argument, OfAFloatingTypeIsADouble) {
    EXPECT_EQ(Sent{0.5F}.cell().real, 0.5);
    EXPECT_EQ(Sent{0.1}.cell().real, 0.1);
    EXPECT_TRUE(std::isnan(Sent{std::nan("")}.cell().real));
    EXPECT_TRUE(std::signbit(Sent{-0.0}.cell().real));
}

TEST(Argument, OfTextInAnyFormIsText) {
    char buffer[16] = "buffer";
    char* const pointer = buffer;
    const char* const constant = "constant";
    EXPECT_EQ(Sent{"literal"}.cell().text(), "literal");
    EXPECT_EQ(Sent{std::string{"string"}}.cell().text(), "string");
    EXPECT_EQ(Sent{std::string_view{"view"}}.cell().text(), "view");
    EXPECT_EQ(Sent{buffer}.cell().text(), "buffer");
    EXPECT_EQ(Sent{pointer}.cell().text(), "buffer");
    EXPECT_EQ(Sent{constant}.cell().text(), "constant");
    EXPECT_EQ((Sent{std::string{"a\0b", 3}}.cell().text()), (std::string_view{"a\0b", 3}));
    EXPECT_EQ(Sent{std::string{}}.kind(), ValueKind::text);
}

TEST(Argument, OfAnArrayNeedsNoTerminator) {
    const char tag[3] = {'a', 'b', 'c'};
    EXPECT_EQ(Sent{tag}.cell().text(), "abc");
}

TEST(Argument, ThatIsANullPointerIsRefused) {
    const char* const nothing = nullptr;
    EXPECT_PRED2(mentions, refusal(nothing), "for NULL pass nullptr");
}

TEST(Argument, ForNullComesInManyForms) {
    EXPECT_EQ(Sent{nullptr}.kind(), ValueKind::null);
    EXPECT_EQ(Sent{std::nullopt}.kind(), ValueKind::null);
    EXPECT_EQ(Sent{std::optional<int>{}}.kind(), ValueKind::null);
    EXPECT_EQ(Sent{std::monostate{}}.kind(), ValueKind::null);
    EXPECT_EQ(Sent{Value{}}.kind(), ValueKind::null);
    EXPECT_EQ(Sent{std::optional{5}}.cell().integer, 5);
}

TEST(Argument, OfBytesIsBytes) {
    const Bytes three(3);
    EXPECT_EQ(Sent{three}.kind(), ValueKind::bytes);
    EXPECT_EQ(Sent{std::span{three}}.cell().size, 3U);
    EXPECT_EQ(Sent{Bytes{}}.kind(), ValueKind::bytes);
}

TEST(Argument, KeepsTheTypesThatADatabaseMayHave) {
    EXPECT_EQ(Sent{Decimal::parse("1.50")}.cell().text(), "1.50");
    EXPECT_EQ(Sent{Decimal::parse("1.50")}.kind(), ValueKind::decimal);
    EXPECT_EQ(Sent{Uuid{}}.kind(), ValueKind::uuid);
    EXPECT_EQ(Sent{Uuid{}}.cell().size, 16U);
    EXPECT_EQ(Sent{Json::array({1})}.cell().text(), "[1]");
    EXPECT_EQ(Sent{Json{}}.cell().text(), "null");
    EXPECT_EQ(Sent{JsonText{"{}"}}.kind(), ValueKind::json);
    EXPECT_EQ(Sent{Value{7}}.cell().integer, 7);
    EXPECT_PRED2(mentions, refusal(Json{"\xff"}), "not UTF-8");
}

TEST(Argument, OfADateIsItsDay) {
    EXPECT_EQ(Sent{sys_days{year{1970} / 1 / 2}}.kind(), ValueKind::date);
    EXPECT_EQ(Sent{sys_days{year{1970} / 1 / 2}}.cell().integer, 1);
    EXPECT_EQ(Sent{std::chrono::year_month_day{year{1969} / 12 / 31}}.cell().integer, -1);
    EXPECT_EQ(Sent{sys_days{year{0} / 12 / 31}}.cell().integer, -719'163);
    EXPECT_PRED2(mentions, refusal(std::chrono::year_month_day{year{2023} / 2 / 29}), "calendar does not have");
}

TEST(Argument, OfATimeIsOfOneDay) {
    EXPECT_EQ(Sent{TimeOfDay{1us}}.cell().integer, 1);
    EXPECT_EQ(Sent{std::chrono::hh_mm_ss{90s}}.cell().integer, 90'000'000);
    EXPECT_EQ(Sent{std::chrono::hh_mm_ss{1999ns}}.cell().integer, 1);
    EXPECT_PRED2(mentions, refusal(TimeOfDay{24h}), "between 00:00 and 24:00");
    EXPECT_PRED2(mentions, refusal(std::chrono::hh_mm_ss{-1s}), "between 00:00 and 24:00");
    EXPECT_PRED2(mentions, refusal(std::chrono::hh_mm_ss{std::chrono::seconds::max()}), "between 00:00 and 24:00");
}

TEST(Argument, OfATimePointIsInMicroseconds) {
    EXPECT_EQ(Sent{sys_time<std::chrono::minutes>{1min}}.cell().integer, 60'000'000);
    EXPECT_EQ(Sent{sys_time<std::chrono::nanoseconds>{-1ns}}.cell().integer, -1);
    EXPECT_EQ(Sent{std::chrono::sys_seconds{1s}}.kind(), ValueKind::timestamptz);
    EXPECT_EQ(Sent{std::chrono::local_seconds{1s}}.kind(), ValueKind::timestamp);
    EXPECT_EQ(Sent{sys_time<std::chrono::weeks>{std::chrono::weeks{1}}}.cell().integer, (7 * 24h) / 1us);
}

TEST(Argument, ThatIsTheLastOfItsTypeIsInfinite) {
    EXPECT_EQ(Sent{Timestamp::max()}.cell().integer, infinity);
    EXPECT_EQ(Sent{LocalTimestamp::min()}.cell().integer, -infinity - 1);
    EXPECT_EQ(Sent{std::chrono::sys_seconds::max()}.cell().integer, infinity);
    EXPECT_EQ(Sent{std::chrono::sys_seconds::min()}.cell().integer, -infinity - 1);
    EXPECT_EQ(Sent{std::chrono::system_clock::time_point::max()}.cell().integer, infinity);
    EXPECT_EQ(Sent{sys_time<std::chrono::duration<double>>::max()}.cell().integer, infinity);
    EXPECT_EQ(Sent{sys_days::max()}.cell().integer, infinity);
    EXPECT_EQ(Sent{sys_days::min()}.kind(), ValueKind::date);
}

TEST(Argument, ThatIsTheLastOfATypeWithFewBitsIsATime) {
    using UnixTime = sys_time<std::chrono::duration<std::int32_t>>;
    EXPECT_EQ(Sent{UnixTime::max()}.cell().integer, 2'147'483'647'000'000);
    EXPECT_EQ(Sent{UnixTime::min()}.cell().integer, -2'147'483'648'000'000);
}

TEST(Argument, OfATimePointBeyondTheReachOfMicrosecondsIsRefused) {
    constexpr std::string_view message = "further from 1970";
    EXPECT_PRED2(mentions, refusal(std::chrono::sys_seconds::max() - 1s), message);
    EXPECT_PRED2(mentions, refusal(std::chrono::sys_seconds::min() + 1s), message);
    EXPECT_PRED2(mentions, refusal(std::chrono::local_seconds::max() - 1s), message);
    EXPECT_PRED2(mentions, refusal(sys_time<std::chrono::hours>::max() - 1h), message);
    EXPECT_PRED2(mentions, refusal(sys_time<std::chrono::milliseconds>::min() + 1ms), message);
    EXPECT_PRED2(mentions, refusal(sys_time<std::chrono::duration<double>>{std::chrono::duration<double>{1e300}}),
                 message);
    EXPECT_PRED2(mentions, refusal(sys_time<std::chrono::duration<double>>{std::chrono::duration<double>{NAN}}),
                 message);
}

TEST(Argument, OfTextEndsWithNul) {
    const auto statement = made("SELECT ?, ?, ?", "a", Decimal{5}, JsonText{"[1]"});
    for (std::size_t i = 0; i < 3; ++i) {
        const auto text = statement->parameter(i).text();
        EXPECT_EQ(text.data()[text.size()], '\0');
    }
}

// Names, lists and order

TEST(Arguments, StayInTheirOrderWithoutNames) {
    EXPECT_EQ(texts_of(*made("SELECT ?, ?, ?", "a", "b", "c")), (Texts{"a", "b", "c"}));
}

TEST(Arguments, AreFoundByName) {
    const auto statement = made("SELECT :a, :b, :a", arg("b", "two"), arg("a", "one"));
    EXPECT_EQ(texts_of(*statement), (Texts{"one", "two"}));
}

TEST(Arguments, MayBeManyAndLong) {
    Parameters parameters;
    std::string sql = "SELECT 0";
    Texts expected;
    for (int i = 0; i < 90; ++i) {
        expected.push_back(std::string(static_cast<std::size_t>(i), 'x'));
        parameters.add(expected.back());
        sql += ", ?";
    }
    EXPECT_EQ(texts_of(*made(sql, parameters)), expected);
}

TEST(Arguments, MayHoldListsAmongValues) {
    const std::vector<std::string> list{"b", "c"};
    EXPECT_EQ(texts_of(*made("SELECT ? IN (?), ?", "a", expand(list), "d")), (Texts{"a", "b", "c", "d"}));
    EXPECT_EQ(texts_of(*made("SELECT :x IN (:l)", arg("l", expand(list)), arg("x", "a"))), (Texts{"a", "b", "c"}));
}

TEST(Arguments, MayHoldListsOfAnyRange) {
    const std::list<const char*> list{"a", "b"};
    const auto view = std::views::iota(1, 4) | std::views::transform([](int n) { return std::to_string(n); });
    EXPECT_EQ(texts_of(*made("SELECT 1 IN (?)", expand(list))), (Texts{"a", "b"}));
    EXPECT_EQ(texts_of(*made("SELECT 1 IN (?)", expand(view))), (Texts{"1", "2", "3"}));
    EXPECT_EQ(made("SELECT 1 IN (?)", expand(std::vector<int>{}))->text().parameter_count, 0U);
}

TEST(Arguments, AreCopiedWhenTheStatementIsMade) {
    std::string text = "a text that is longer than what a string keeps inside";
    std::vector<std::string> list{text};
    const auto statement = made("SELECT ? IN (?)", std::string_view{text}, expand(list));
    text.assign(text.size(), '#');
    list.clear();
    EXPECT_EQ(texts_of(*statement), (Texts(2, "a text that is longer than what a string keeps inside")));
}

TEST(Arguments, MayNotBeMoreThanTheDatabaseTakes) {
    const std::vector<int> list(101);
    const auto message = refusal_of<ParameterError>([&] { made("SELECT 1 IN (?)", expand(list)); });
    EXPECT_PRED2(mentions, message, "at most 100");
}

TEST(StatementError, IsKeptUntilItIsAskedFor) {
    const auto statement = Statement::make(rules, "SELECT ?");
    EXPECT_THROW(statement->check(), ParameterError);
}

// Parameters

TEST(Parameters, CountAListOnce) {
    const std::vector<int> list{1, 2, 3};
    Parameters parameters{1, "two"};
    EXPECT_EQ(parameters.size(), 2U);
    parameters.add(expand(list)).add(nullptr);
    EXPECT_EQ(parameters.size(), 4U);
    EXPECT_TRUE(Parameters{}.empty());
}

TEST(Parameters, MayBeUsedAgain) {
    Parameters parameters;
    parameters.add("a", "one").add(arg("b", "two"));
    EXPECT_EQ(texts_of(*made("SELECT :a, :b", parameters)), (Texts{"one", "two"}));
    EXPECT_EQ(texts_of(*made("SELECT :b, :a", parameters)), (Texts{"two", "one"}));
}

TEST(Parameters, MayBeCopied) {
    Parameters parameters;
    parameters.add("a", "one");
    Parameters more = parameters;
    more.add("b", "two");
    EXPECT_EQ(texts_of(*made("SELECT :a", parameters)), Texts{"one"});
    EXPECT_EQ(texts_of(*made("SELECT :a, :b", more)), (Texts{"one", "two"}));
}

struct Unlucky {};

}  // namespace

template <>
struct databased::Codec<Unlucky> {
    static int encode(const Unlucky&) { throw std::runtime_error("out of luck"); }
};

namespace {

TEST(Parameters, StayAsTheyWereWhereAValueIsRefused) {
    Parameters parameters;
    parameters.add("a", "one");
    EXPECT_THROW(parameters.add("b", Unlucky{}), std::runtime_error);
    EXPECT_THROW(parameters.add("b", std::uint64_t(-1)), ParameterError);
    parameters.add("b", "two");
    EXPECT_EQ(texts_of(*made("SELECT :a, :b", parameters)), (Texts{"one", "two"}));
}

TEST(Parameters, StayAsTheyWereWhereAnElementIsRefused) {
    const std::vector<std::optional<const char*>> list{"x", nullptr};
    Parameters parameters{"one"};
    EXPECT_THROW(parameters.add(expand(list)), ParameterError);
    EXPECT_THROW(parameters.add(Unlucky{}), std::runtime_error);
    parameters.add("two");
    EXPECT_EQ(texts_of(*made("SELECT ?, ?", parameters)), (Texts{"one", "two"}));
}

// Items of execute_many

struct Film {
    std::string title;
    std::string director;
};

template <class R>
Statement::Pointer made_many(std::string_view sql, const R& items) {
    auto statement = Statement::make_many(rules, sql, items);
    statement->check();
    return statement;
}

template <class R>
std::string refusal_of_many(std::string_view sql, const R& items) {
    return refusal_of<ParameterError>([&] { made_many(sql, items); });
}

TEST(Items, OfTuplesAreTakenByPosition) {
    const std::vector<std::tuple<const char*, std::string>> items{{"a", "b"}, {"c", "d"}};
    const auto statement = made_many("INSERT INTO t VALUES (?, ?)", items);
    EXPECT_EQ(statement->runs(), 2U);
    EXPECT_EQ(texts_of(*statement, 0), (Texts{"a", "b"}));
    EXPECT_EQ(texts_of(*statement, 1), (Texts{"c", "d"}));
}

TEST(Items, OfStructsAreTakenByName) {
    const std::vector<Film> items{{"Alien", "Scott"}, {"Stalker", "Tarkovsky"}};
    const auto statement = made_many("INSERT INTO film VALUES (:director, :title, :director)", items);
    EXPECT_EQ(texts_of(*statement, 0), (Texts{"Scott", "Alien"}));
    EXPECT_EQ(texts_of(*statement, 1), (Texts{"Tarkovsky", "Stalker"}));
}

TEST(Items, MayBeSingleValues) {
    const auto statement = made_many("INSERT INTO t VALUES (?)", std::vector<std::string>{"a", "b", "c"});
    EXPECT_EQ(texts_of(*statement, 2), Texts{"c"});
}

TEST(Items, MayBeParametersInAnyOrder) {
    std::vector<Parameters> items(2);
    items[0].add("a", "1").add("b", "2");
    items[1].add("b", "4").add("a", "3");
    const auto statement = made_many("INSERT INTO t VALUES (:a, :b)", items);
    EXPECT_EQ(texts_of(*statement, 0), (Texts{"1", "2"}));
    EXPECT_EQ(texts_of(*statement, 1), (Texts{"3", "4"}));
}

TEST(Items, MayNameTheirArguments) {
    using Item = std::tuple<NamedArgument<const char*>, NamedArgument<const char*>>;
    const std::vector<Item> items{{{"a", "1"}, {"b", "2"}}, {{"b", "4"}, {"a", "3"}}};
    const auto statement = made_many("INSERT INTO t VALUES (:a, :b)", items);
    EXPECT_EQ(texts_of(*statement, 0), (Texts{"1", "2"}));
    EXPECT_EQ(texts_of(*statement, 1), (Texts{"3", "4"}));
}

TEST(Items, MayBeMadeWhileTheyAreRead) {
    const auto squares = std::views::iota(1, 4) | std::views::transform([](int n) { return n * n; });
    const auto statement = made_many("INSERT INTO t VALUES (?)", squares);
    EXPECT_EQ(statement->runs(), 3U);
    EXPECT_EQ(statement->parameter(0, 2).integer, 9);
}

TEST(Items, MayHoldListsOfOneLength) {
    const std::vector<std::tuple<int, Expanded<std::vector<std::string>>>> items{
        {1, expand(std::vector<std::string>{"a", "b"})}, {2, expand(std::vector<std::string>{"c", "d"})}};
    const auto statement = made_many("DELETE FROM t WHERE id = ? AND tag IN (?)", items);
    EXPECT_EQ(statement->parameter(2, 1).text(), "d");
}

TEST(Items, RefuseListsOfSeveralLengths) {
    const std::vector<std::tuple<Expanded<std::vector<int>>>> items{{expand(std::vector{1, 2})},
                                                                    {expand(std::vector{3})}};
    const auto message = refusal_of_many("DELETE FROM t WHERE id IN (?)", items);
    EXPECT_PRED2(mentions, message, "item 1: ");
    EXPECT_PRED2(mentions, message, "other lengths");
}

TEST(Items, MayBeNone) {
    const auto statement = made_many("INSERT INTO t VALUES (?)", std::vector<int>{});
    EXPECT_EQ(statement->runs(), 0U);
    EXPECT_TRUE(statement->is_many());
}

TEST(Items, ThatAreRefusedAreCounted) {
    const std::vector<std::uint64_t> items{1, 2, std::numeric_limits<std::uint64_t>::max()};
    EXPECT_PRED2(mentions, refusal_of_many("INSERT INTO t VALUES (?)", items), "item 2: an unsigned argument");
    EXPECT_PRED2(mentions, refusal_of_many("INSERT INTO t VALUES (?, ?)", items), "item 0: ");
}

TEST(Items, ThatThrowThemselvesAreLetThrough) {
    EXPECT_THROW(made_many("INSERT INTO t VALUES (?)", std::vector<Unlucky>(1)), std::runtime_error);
}

}  // namespace
