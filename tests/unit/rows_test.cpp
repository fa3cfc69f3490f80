// Rows by themselves: reading them by name, by position and as a whole, and what keeps them readable.
#include "support/cells.hpp"
#include "support/refusal.hpp"

#include <databased/error.hpp>
#include <databased/json.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <latch>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using support::HandmadeRows;
using support::integer;
using support::mentions;
using support::refusal_of;
using support::text;

static_assert(std::ranges::input_range<const Rows> && std::ranges::common_range<const Rows>);
static_assert(std::regular<Rows::Iterator> && std::copyable<Row> && std::copyable<Rows>);

struct Labelled {
    int id;
    std::optional<std::string_view> label;
};

static_assert(detail::holds_view<std::string_view>() && detail::holds_view<Labelled>());
static_assert(detail::holds_view<std::optional<std::span<const std::byte>>>());
static_assert(detail::holds_view<std::tuple<int, std::string_view>>());
static_assert(!detail::holds_view<std::string>() && !detail::holds_view<std::pair<int, Bytes>>());

struct Film {
    std::int64_t id;
    std::string title;
    std::optional<int> year;
};

Rows films() {
    return HandmadeRows{{"id", "title", "year"}}
        .add({integer(1), text("Alien"), integer(1979)})
        .add({integer(2), text("Stalker"), detail::Cell::null()})
        .rows();
}

TEST(Row, IsReadByNameAndByPosition) {
    const Row row = films().front();
    EXPECT_EQ(row.size(), 3U);
    EXPECT_EQ(row["title"].as<std::string>(), "Alien");
    EXPECT_EQ(row[std::string{"title"}].as<std::string_view>(), "Alien");
    EXPECT_EQ(row[0].as<int>(), 1);
    EXPECT_EQ(row[std::size_t{2}].as<int>(), 1979);
    EXPECT_EQ(row[1].name(), "title");
    EXPECT_EQ(row[1].kind(), ValueKind::text);
    EXPECT_EQ(row[1].to_value(), Value{"Alien"});
}

TEST(Row, RefusesColumnsThatItDoesNotHave) {
    const Row row = films().front();
    const auto by_name = refusal_of<ColumnNotFoundError>([&] { static_cast<void>(row["Title"]); });
    EXPECT_EQ(by_name, "no column is called \"Title\": the columns are id, title, year");
    const auto by_position = refusal_of<ColumnNotFoundError>([&] { static_cast<void>(row[3]); });
    EXPECT_EQ(by_position, "there is no column at position 3: the columns are id, title, year");
    EXPECT_THROW(static_cast<void>(row[-1]), ColumnNotFoundError);
}

TEST(Row, WithOneNameTwiceIsReadByPosition) {
    const Row row = HandmadeRows{{"id", "id"}}.add({integer(1), integer(2)}).rows().front();
    EXPECT_EQ(row[0].as<int>(), 1);
    EXPECT_EQ(row[1].as<int>(), 2);
    const auto message = refusal_of<AmbiguousColumnError>([&] { static_cast<void>(row["id"]); });
    EXPECT_PRED2(mentions, message, "name them apart with AS");
}

std::string nth_name(std::size_t place) { return "column_" + std::to_string(place); }

Rows one_row_of_many(std::size_t columns) {
    std::vector<std::string> names;
    std::vector<detail::Cell> cells;
    for (std::size_t i = 0; i < columns; ++i) {
        names.push_back(nth_name(i));
        cells.push_back(integer(static_cast<std::int64_t>(i)));
    }
    names.push_back("twice");
    names.push_back("twice");
    cells.resize(columns + 2, detail::Cell::null());
    return HandmadeRows{std::move(names)}.add(cells).rows();
}

TEST(Row, OfManyColumnsFindsEachByItsName) {
    constexpr std::size_t columns = 500;
    const Row row = one_row_of_many(columns).front();
    for (std::size_t i = 0; i < columns; ++i) EXPECT_EQ(row[nth_name(i)].as<std::size_t>(), i);
    EXPECT_THROW(static_cast<void>(row["twice"]), AmbiguousColumnError);
    EXPECT_THROW(static_cast<void>(row["column_500"]), ColumnNotFoundError);
    EXPECT_THROW(static_cast<void>(row[""]), ColumnNotFoundError);
}

TEST(Row, MayBeAskedForNamesByThreadsAtOnce) {
    const Rows rows = one_row_of_many(100);
    std::latch all_are_here{4};
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            all_are_here.arrive_and_wait();
            if (rows.front()[nth_name(20 * i)].as<std::size_t>() == 20 * i) ++right;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, 4);
}

TEST(Row, WithoutColumnsSaysSo) {
    const Row none;
    EXPECT_EQ(none.size(), 0U);
    EXPECT_TRUE(none.columns().empty());
    EXPECT_EQ(none.to_json(), Json::object());
    EXPECT_PRED2(mentions, refusal_of<ColumnNotFoundError>([&] { static_cast<void>(none["id"]); }), "has no columns");
    EXPECT_THROW(static_cast<void>(none.as<int>()), ConversionError);
}

TEST(Row, BecomesAnObjectOfJson) {
    EXPECT_EQ(films().back().to_json(), (Json{{"id", 2}, {"title", "Stalker"}, {"year", nullptr}}));
}

TEST(Row, AsJsonHasTheLastOfColumnsWithOneName) {
    const Row row = HandmadeRows{{"id", "id"}}.add({integer(1), integer(2)}).rows().front();
    EXPECT_EQ(row.to_json(), (Json{{"id", 2}}));
}

TEST(Row, KeepsTheResultReadable) {
    std::optional<Row> kept;
    {
        const Rows rows = films();
        kept = rows[1];
    }
    const Row copy = *kept;
    kept.reset();
    EXPECT_EQ(copy["title"].as<std::string_view>(), "Stalker");
}

TEST(Row, IsReadAsAStructByName) {
    const auto film = films().back().as<Film>();
    EXPECT_EQ(film.id, 2);
    EXPECT_EQ(film.title, "Stalker");
    EXPECT_EQ(film.year, std::nullopt);
}

TEST(Row, IsReadAsAStructOfViewsWhileTheResultIsThere) {
    const Rows rows = HandmadeRows{{"id", "label"}}.add({integer(1), text("Alien")}).rows();
    EXPECT_EQ(rows.front().as<Labelled>().label, "Alien");
}

TEST(Row, IsReadAsATupleByPosition) {
    using FilmTuple = std::tuple<int, std::string, std::optional<int>>;
    EXPECT_EQ(films().front().as<FilmTuple>(), (FilmTuple{1, "Alien", 1979}));
    const Row pair = HandmadeRows{{"a", "b"}}.add({integer(1), text("x")}).rows().front();
    EXPECT_EQ((pair.as<std::pair<int, std::string>>()), (std::pair{1, std::string{"x"}}));
}

TEST(Row, ReadAsATupleHasAsManyColumns) {
    const auto message =
        refusal_of<ConversionError>([&] { static_cast<void>(films().front().as<std::tuple<int, int>>()); });
    EXPECT_PRED2(mentions, message, "which has 2 values: the columns are id, title, year");
}

TEST(Row, ReadAsOneValueHasOneColumn) {
    EXPECT_EQ(HandmadeRows{{"n"}}.add({integer(5)}).rows().front().as<int>(), 5);
    const auto message = refusal_of<ConversionError>([&] { static_cast<void>(films().front().as<int>()); });
    EXPECT_PRED2(mentions, message, "which has 1 value: the columns are id, title, year");
}

TEST(Row, ReadAsAStructMayHaveMoreColumnsInAnyOrder) {
    const Row row = HandmadeRows{{"year", "more", "title", "id"}}
                        .add({integer(1979), integer(0), text("Alien"), integer(1)})
                        .rows()
                        .front();
    EXPECT_EQ(row.as<Film>().year, 1979);
    EXPECT_EQ(row.as<Film>().title, "Alien");
}

TEST(Row, ReadAsAStructMayLackWhatIsOptional) {
    const Row row = HandmadeRows{{"id", "title"}}.add({integer(1), text("Alien")}).rows().front();
    EXPECT_EQ(row.as<Film>().year, std::nullopt);
}

TEST(Row, ReadAsAStructLacksNothingElse) {
    const Row row = HandmadeRows{{"id", "year"}}.add({integer(1), integer(1979)}).rows().front();
    const auto message = refusal_of<ColumnNotFoundError>([&] { static_cast<void>(row.as<Film>()); });
    EXPECT_PRED2(mentions, message, "no column is called \"title\", which");
    EXPECT_PRED2(mentions, message, "Film");
    EXPECT_PRED2(mentions, message, "the columns are id, year");
    EXPECT_PRED2(mentions, message, "make the member std::optional");
}

TEST(Row, ReadAsAStructHasEachOfItsColumnsOnce) {
    const Row row = HandmadeRows{{"id", "title", "year", "year"}}
                        .add({integer(1), text("Alien"), integer(1979), integer(1980)})
                        .rows()
                        .front();
    EXPECT_THROW(static_cast<void>(row.as<Film>()), AmbiguousColumnError);
}

TEST(Row, NamesTheColumnOfAMemberThatCannotBeRead) {
    const Row row = HandmadeRows{{"year", "title", "id"}}.add({text("soon"), text("Alien"), integer(1)}).rows().front();
    const auto message = refusal_of<ConversionError>([&] { static_cast<void>(row.as<Film>()); });
    EXPECT_PRED2(mentions, message, "column \"year\"");
}

TEST(Rows, WithoutAnyAreEmpty) {
    const Rows none;
    EXPECT_TRUE(none.empty());
    EXPECT_TRUE(none.columns().empty());
    EXPECT_EQ(none.begin(), none.end());
    EXPECT_EQ(HandmadeRows{{"id"}}.rows().begin(), HandmadeRows{{"id"}}.rows().end());
}

TEST(Rows, KnowTheirColumnsWithoutRows) { EXPECT_EQ(HandmadeRows{{"id"}}.rows().columns()[0].name, "id"); }

TEST(Rows, AreGoneThroughInOrder) {
    std::vector<std::string> titles;
    for (const Row& row : films()) titles.push_back(row["title"].as<std::string>());
    EXPECT_EQ(titles, (std::vector<std::string>{"Alien", "Stalker"}));
}

TEST(Rows, WorkWithRangesAndAlgorithms) {
    const Rows rows = films();
    const auto is_old = [](const Row& row) { return row["year"].as<std::optional<int>>() == 1979; };
    EXPECT_EQ(std::ranges::count_if(rows, is_old), 1);
    EXPECT_EQ(std::distance(rows.begin(), rows.end()), 2);
    auto next = rows.begin();
    EXPECT_EQ((*next++)["id"].as<int>(), 1);
    EXPECT_EQ(next->size(), 3U);
    EXPECT_EQ((*next)["id"].as<int>(), 2);
}

/// Batches of several rows, so that positions do not fall on their borders.
Rows counted(int batches, int rows_per_batch) {
    auto columns = std::make_shared<detail::ColumnSet>();
    columns->columns = {{"n"}, {"square"}};
    auto store = std::make_shared<detail::RowStore>();
    store->columns = columns;
    std::int64_t n = 0;
    for (int i = 0; i < batches; ++i) {
        auto batch = std::make_unique<RowBatch>(columns);
        for (int j = 0; j < rows_per_batch; ++j, ++n) {
            detail::Cell* const row = batch->add_row();
            row[0] = integer(n);
            row[1] = integer(n * n);
        }
        store->add(std::move(batch));
    }
    return Rows{store};
}

TEST(Rows, OfSeveralBatchesAreOneSequence) {
    for (const int rows_per_batch : {1, 3, 100}) {
        const Rows rows = counted(5, rows_per_batch);
        std::size_t n = 0;
        for (const Row& row : rows) {
            EXPECT_EQ(row[0].as<std::size_t>(), n);
            EXPECT_EQ(rows[n]["square"].as<std::size_t>(), n * n);
            ++n;
        }
        EXPECT_EQ(n, rows.size());
        EXPECT_EQ(rows.back()[0].as<std::size_t>(), n - 1);
    }
}

TEST(Rows, ShareWhatTheyHold) {
    Rows rows = films();
    const Rows copy = rows;
    rows = Rows{};
    EXPECT_EQ(copy.size(), 2U);
    EXPECT_EQ(copy.front()["title"].as<std::string>(), "Alien");
}

TEST(Arena, MovesNothing) {
    detail::Arena arena;
    std::vector<std::pair<std::string, std::string_view>> kept;
    for (std::size_t size = 0; size < 600; ++size) {
        const std::string original(size * 7 % 500, static_cast<char>('a' + size % 26));
        kept.emplace_back(original, arena.keep(original));
    }
    EXPECT_TRUE(std::ranges::all_of(kept, [](const auto& pair) { return pair.first == pair.second; }));
}

TEST(Arena, TakesManyLargeTexts) {
    detail::Arena arena;
    const std::string large(100'000, 'x');
    for (int i = 0; i < 200; ++i) EXPECT_EQ(arena.keep(large).size(), large.size());
    EXPECT_EQ(arena.size(), 200 * large.size());
}

}  // namespace
