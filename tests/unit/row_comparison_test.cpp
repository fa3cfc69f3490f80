// Whether two results of one query are the same, and what is made of them.
#include "watching/row_comparison.hpp"

#include "support/cells.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using detail::are_same;
using support::HandmadeRows;
using support::integer;
using support::real;
using support::text;

Rows of(const std::vector<std::vector<detail::Cell>>& rows, std::vector<std::string> names = {"id", "title"}) {
    HandmadeRows all{std::move(names)};
    for (const auto& row : rows) all.add(row);
    return all.rows();
}

TEST(RowComparison, FindsRowsTheSameThatNobodyCouldTellApart) {
    EXPECT_TRUE(are_same(of({}), of({})));
    EXPECT_TRUE(are_same(of({{integer(1), text("Alien")}}), of({{integer(1), text("Alien")}})));
    EXPECT_TRUE(are_same(of({{integer(1), detail::Cell::null()}}), of({{integer(1), detail::Cell::null()}})));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(are_same(of({{integer(1), real(nan)}}), of({{integer(1), real(nan)}})));
}

TEST(RowComparison, SeesAnotherValue) {
    const Rows before = of({{integer(1), text("Alien")}});

    EXPECT_FALSE(are_same(before, of({{integer(1), text("Aliens")}})));
    EXPECT_FALSE(are_same(before, of({{integer(2), text("Alien")}})));
    EXPECT_FALSE(are_same(before, of({{integer(1), detail::Cell::null()}})));
}

TEST(RowComparison, TellsValuesOfTwoKindsApart) {
    EXPECT_FALSE(are_same(of({{integer(1), text("")}}), of({{integer(1), detail::Cell::null()}})));
    EXPECT_FALSE(are_same(of({{integer(1), text("1")}}), of({{text("1"), text("1")}})));
    EXPECT_FALSE(are_same(of({{integer(1), text("a")}}), of({{integer(1), support::bytes("a")}})));
    EXPECT_FALSE(are_same(of({{integer(1), integer(0)}}), of({{integer(1), real(0)}})));
}

TEST(RowComparison, SeesRowsThatComeGoOrChangePlaces) {
    const std::vector<detail::Cell> alien{integer(1), text("Alien")};
    const std::vector<detail::Cell> brazil{integer(2), text("Brazil")};

    EXPECT_FALSE(are_same(of({alien}), of({alien, brazil})));
    EXPECT_FALSE(are_same(of({alien, brazil}), of({alien})));
    EXPECT_FALSE(are_same(of({alien, brazil}), of({brazil, alien})));
}

TEST(RowComparison, SeesOtherColumnsAlsoWhereThereAreNoRows) {
    EXPECT_FALSE(are_same(of({}), of({}, {"id", "name"})));
    EXPECT_FALSE(are_same(of({}), of({}, {"id"})));
    EXPECT_FALSE(are_same(of({{integer(1)}}, {"id"}), of({{integer(1), integer(1)}}, {"id", "id"})));
}

struct Film {
    std::int64_t id;
    std::string title;
};

TEST(RowComparison, MakesValuesOfRowsInPlaceOfThoseBefore) {
    std::vector<Film> films{{7, "of the last time"}};

    detail::read_rows(of({{text("Alien"), integer(1)}, {text("Brazil"), integer(2)}}, {"title", "id"}), &films,
                      detail::all_rows<Film, detail::ByName<Film>>);

    ASSERT_EQ(films.size(), 2U);
    EXPECT_EQ(films[0].title, "Alien");
    EXPECT_EQ(films[1].id, 2);
}

}  // namespace
