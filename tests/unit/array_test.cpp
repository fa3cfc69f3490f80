// Arrays: what a program sends as one, what it reads one as, and Array, which holds any.
#include "support/cells.hpp"
#include "support/refusal.hpp"

#include <databased/error.hpp>
#include <databased/json.hpp>
#include <databased/statement.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace databased {

static_assert(std::regular<Array>);
static_assert(sizeof(Value) <= 40);
static_assert(detail::Readable<std::vector<std::vector<std::optional<std::string>>>>);
static_assert(detail::Writable<std::vector<const char*>> && !detail::Readable<std::vector<const char*>>);
static_assert(!detail::is_list<Bytes>);
static_assert(detail::holds_view<std::vector<std::optional<std::string_view>>>());

namespace {

using support::mentions;
using support::refusal_of;

const StatementRules rules{.dialect = &postgresql_dialect, .max_parameters = 100};

/// `value` as it is read where it was sent: through the arguments of a statement, as T.
template <class T, class Sent>
T through(const Sent& value) {
    auto statement = Statement::make(rules, "SELECT ?", value);
    statement->check();
    return support::read<T>(statement->parameter(0));
}

template <class T>
T same(const T& value) {
    return through<T>(value);
}

template <class T>
std::string refusal_to_send(const T& value) {
    return refusal_of<ParameterError>([&] { Statement::make(rules, "SELECT ?", value)->check(); });
}

template <class T, class Sent>
std::string refusal_to_read(const Sent& value) {
    return refusal_of<ConversionError>([&] { static_cast<void>(through<T>(value)); });
}

template <class T>
using List = std::vector<T>;

TEST(ListArgument, IsOneArray) {
    const auto statement = Statement::make(rules, "SELECT ?, ?, ?", List<int>{1, 2}, "between", List<int>{3});
    statement->check();
    EXPECT_EQ(statement->parameter(0).kind, ValueKind::array);
    EXPECT_EQ(support::read<std::string>(statement->parameter(1)), "between");
    EXPECT_EQ(support::read<List<int>>(statement->parameter(0)), (List<int>{1, 2}));
    EXPECT_EQ(support::read<List<int>>(statement->parameter(2)), (List<int>{3}));
}

TEST(ListArgument, ComesBackWithItsElements) {
    EXPECT_EQ(same(List<std::int64_t>{1, -1, 0}), (List<std::int64_t>{1, -1, 0}));
    EXPECT_EQ(same(List<bool>{true, false}), (List<bool>{true, false}));
    EXPECT_EQ(same(List<double>{0.1, -0.5}), (List<double>{0.1, -0.5}));
    EXPECT_EQ(same(List<std::string>{"", "text", "Åre 🏔"}), (List<std::string>{"", "text", "Åre 🏔"}));
    EXPECT_EQ(same(List<Bytes>{Bytes(3), Bytes{}}), (List<Bytes>{Bytes(3), Bytes{}}));
    EXPECT_EQ(same(List<Decimal>{Decimal{5}}), (List<Decimal>{Decimal{5}}));
    EXPECT_EQ(same(List<Uuid>{Uuid{}, Uuid::parse("00000000000000000000000000000001")}).size(), 2U);
    EXPECT_EQ(same(List<Json>{Json{{"a", 1}}, Json::array()}), (List<Json>{Json{{"a", 1}}, Json::array()}));
    EXPECT_EQ(same(List<Timestamp>{Timestamp::max()}), (List<Timestamp>{Timestamp::max()}));
    EXPECT_EQ(through<List<std::string>>(List<const char*>{"a", "b"}), (List<std::string>{"a", "b"}));
}

TEST(ListArgument, MayBeLong) {
    List<std::string> many;
    for (int i = 0; i < 10'000; ++i) many.push_back("element " + std::to_string(i));
    EXPECT_EQ(same(many), many);
}

TEST(ListArgument, MayHoldNull) {
    const List<std::optional<int>> some{1, std::nullopt, 3};
    EXPECT_EQ(same(some), some);
    EXPECT_EQ(through<List<Value>>(some), (List<Value>{1, nullptr, 3}));
}

TEST(ListArgument, MayBeNestedForMoreDimensions) {
    const List<List<int>> matrix{{1, 2, 3}, {4, 5, 6}};
    const List<List<List<std::string>>> cube{{{"a"}, {"b"}}, {{"c"}, {"d"}}};
    EXPECT_EQ(same(matrix), matrix);
    EXPECT_EQ(same(cube), cube);
    EXPECT_EQ(through<Array>(matrix).dimensions(), (List<ArrayDimension>{{.size = 2}, {.size = 3}}));
}

TEST(ListArgument, WithoutElementsHasNoRank) {
    EXPECT_EQ(through<Array>(List<int>{}), Array{});
    EXPECT_EQ(through<Array>(List<List<int>>{{}, {}}), Array{});
    EXPECT_TRUE(same(List<int>{}).empty());
    EXPECT_TRUE((through<List<List<int>>>(List<int>{}).empty()));
}

TEST(ListArgument, MayNotBeRagged) {
    constexpr std::string_view message = "not of one length";
    EXPECT_PRED2(mentions, refusal_to_send(List<List<int>>{{1, 2}, {3}}), message);
    EXPECT_PRED2(mentions, refusal_to_send(List<List<int>>{{1}, {}}), message);
    EXPECT_PRED2(mentions, refusal_to_send(List<List<List<int>>>{{{1}, {2}}, {{3}}}), message);
}

TEST(ListArgument, MayNotHoldArraysThatAreNotNested) {
    constexpr std::string_view message = "nest std::vector";
    EXPECT_PRED2(mentions, refusal_to_send(List<Array>{Array{{1}}}), message);
    EXPECT_PRED2(mentions, refusal_to_send(List<Value>{Value{Array{{1}}}}), message);
    EXPECT_PRED2(mentions, refusal_to_send(List<std::optional<List<int>>>{List<int>{1}}), message);
}

TEST(ListArgument, ThatIsRefusedLeavesTheOthers) {
    Parameters parameters;
    parameters.add("first");
    EXPECT_THROW(parameters.add(List<List<int>>{{1, 2}, {3}}), ParameterError);
    EXPECT_THROW(parameters.add(List<std::uint64_t>{1, std::uint64_t(-1)}), ParameterError);
    parameters.add(List<int>{7});

    const auto statement = Statement::make(rules, "SELECT ?, ?", parameters);
    statement->check();

    EXPECT_EQ(support::read<std::string>(statement->parameter(0)), "first");
    EXPECT_EQ(support::read<List<int>>(statement->parameter(1)), (List<int>{7}));
}

TEST(ListArgument, MayBeAnItemOfMany) {
    struct Film {
        std::string title;
        List<std::string> tags;
    };
    const List<Film> films{{"Alien", {"space", "horror"}}, {"Brazil", {}}};
    const auto statement = Statement::make_many(rules, "INSERT INTO film VALUES (:title, :tags)", films);
    statement->check();
    EXPECT_EQ(support::read<List<std::string>>(statement->parameter(1, 0)), films[0].tags);
    EXPECT_EQ(support::read<List<std::string>>(statement->parameter(1, 1)), films[1].tags);
}

TEST(ListArgument, IsDescribedByItsElements) {
    const auto statement = Statement::make(rules, "SELECT ?", List<std::optional<std::string>>{"it", std::nullopt});
    EXPECT_EQ(statement->describe_values(0), "1: {'it', NULL}");
}

TEST(ListFromArray, RefusesNullWithoutRoomForIt) {
    const List<std::optional<int>> some{1, 2, std::nullopt};
    EXPECT_EQ((refusal_to_read<List<int>>(some)),
              "element 2: column \"price\" cannot be read as an integer: it is NULL; read it as std::optional");
    EXPECT_PRED2(mentions, (refusal_to_read<List<std::string>>(some)), "element 0: column \"price\"");
}

TEST(ListFromArray, RefusesElementsThatDoNotFit) {
    EXPECT_PRED2(mentions, (refusal_to_read<List<std::int8_t>>(List<int>{1, 300})), "element 1: ");
    EXPECT_PRED2(mentions, (refusal_to_read<List<List<int>>>(List<List<std::string>>{{"a"}, {"b"}})), "it is text");
}

TEST(ListFromArray, RefusesAnotherRank) {
    const List<List<int>> matrix{{1, 2}, {3, 4}};
    EXPECT_PRED2(mentions, (refusal_to_read<List<int>>(matrix)), "it is an array of rank 2");
    EXPECT_PRED2(mentions, (refusal_to_read<List<List<int>>>(List<int>{1})), "it is an array of rank 1");
}

TEST(ListFromArray, IsNotReadFromASingleValue) {
    EXPECT_EQ((refusal_to_read<List<int>>(7)), "column \"price\" cannot be read as std::vector<int>: it is an integer");
    EXPECT_PRED2(mentions, (refusal_to_read<List<int>>(nullptr)), "it is NULL");
    EXPECT_PRED2(mentions, (refusal_to_read<int>(List<int>{7})), "it is an array");
    EXPECT_PRED2(mentions, (refusal_to_read<std::string>(List<int>{7})), "it is an array");
    EXPECT_EQ((through<std::optional<List<int>>>(nullptr)), std::nullopt);
}

TEST(ListFromArray, MayPointAtTheRow) {
    const auto statement = Statement::make(rules, "SELECT ?", List<std::string>{"first", "second"});
    const auto cell = statement->parameter(0);
    const auto views = support::read<List<std::string_view>>(cell);
    EXPECT_EQ(views[1], "second");
    EXPECT_TRUE(views[1].data() >= cell.data && views[1].data() < cell.data + cell.size);
}

TEST(Array, KnowsItsShapeAndItsElements) {
    const Array array{{{.size = 2, .lower_bound = 0}, {.size = 1}}, {"a", nullptr}};
    EXPECT_EQ(array.rank(), 2U);
    EXPECT_EQ(array.size(), 2U);
    EXPECT_EQ(array.dimensions()[0].lower_bound, 0);
    EXPECT_EQ(array[0], Value{"a"});
    EXPECT_EQ(array.elements(), (List<Value>{"a", nullptr}));
}

TEST(Array, WithoutElementsHasNoRank) {
    EXPECT_EQ(Array{}.rank(), 0U);
    EXPECT_TRUE(Array{}.empty());
    EXPECT_EQ(Array{List<Value>{}}, Array{});
    EXPECT_EQ((Array{{{.size = 0}, {.size = 5}}, {}}), Array{});
}

TEST(Array, IsEqualToThoseOfItsShapeAndElements) {
    const List<Value> four{1, 2, 3, 4};
    EXPECT_EQ(Array{four}, (Array{{{.size = 4}}, four}));
    EXPECT_NE(Array{four}, (Array{{{.size = 2}, {.size = 2}}, four}));
    EXPECT_NE(Array{four}, (Array{{{.size = 4, .lower_bound = 0}}, four}));
    EXPECT_NE(Array{four}, (Array{{1, 2, 3, 5}}));
    EXPECT_EQ(Array{{Decimal::parse("1.50")}}, Array{{Decimal::parse("1.5")}});
}

TEST(Array, IsSentAndReadAsItIs) {
    const Array array{{{.size = 1, .lower_bound = -3}, {.size = 2}}, {Uuid{}, nullptr}};
    EXPECT_EQ(same(array), array);
    EXPECT_EQ(through<Value>(Value{array}), Value{array});
    EXPECT_EQ(Value{array}.as<Array>(), array);
    EXPECT_EQ((Value{Array{{1, 2}}}.as<List<int>>()), (List<int>{1, 2}));
}

TEST(Array, RefusesWhatNoArrayIs) {
    EXPECT_THROW((Array{{{.size = 3}}, {1, 2}}), ParameterError);
    EXPECT_THROW((Array{{{.size = -1}}, {}}), ParameterError);
    EXPECT_THROW((Array{{{.size = 2}, {.size = 2147483647}}, {1, 2}}), ParameterError);
    EXPECT_THROW((Array{List<ArrayDimension>(7, {.size = 1}), {1}}), ParameterError);
    EXPECT_THROW(Array{List<Value>{Array{{1}}}}, ParameterError);
}

TEST(Array, BecomesJson) {
    EXPECT_EQ(Value{Array{}}.to_json(), Json::array());
    EXPECT_EQ((Value{Array{{1, nullptr, "x"}}}.to_json()), Json::parse(R"([1, null, "x"])"));
    EXPECT_EQ((Value{Array{{{.size = 2}, {.size = 2}}, {1, 2, 3, 4}}}.to_json()), Json::parse("[[1, 2], [3, 4]]"));
}

TEST(Array, IsPrintedForLogs) {
    std::ostringstream out;
    out << Array{} << ' ' << Value{Array{{1, nullptr, "it"}}} << ' ' << Array{{{.size = 2}, {.size = 1}}, {1, 2}};
    EXPECT_EQ(out.str(), "{} {1, NULL, 'it'} {{1}, {2}}");
}

}  // namespace
}  // namespace databased
