// Random expressions are the same in C++ and on every database.
#include "support/conformance.hpp"
#include "support/random_expressions.hpp"
#include "support/random_queries.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace databased;
using namespace support;

CONFORMANCE_SUITE(RandomQueries);

constexpr unsigned rounds = 150;

Task<Database> database_of_samples() {
    auto database = co_await fresh_database();
    co_await database.create_tables(samples);
    co_await database.execute(insert_into(samples).values(sample_rows()));
    co_return database;
}

const auto id = samples[&Sample::id];

template <class T>
using ById = std::vector<std::tuple<std::int64_t, std::optional<T>>>;

/// What the expression is for each row that does not overflow; those that are sure to are added to `overflowing`.
template <class T>
ById<T> expected_values(const Meaning<T>& meaning, std::vector<std::int64_t>& overflowing) {
    ById<T> expected;
    for (const Sample& row : sample_rows()) {
        try {
            expected.emplace_back(row.id, meaning.of(row));
        } catch (const Overflow& overflow) {
            if (!overflow.may_be_null) overflowing.push_back(row.id);
        }
    }
    return expected;
}

template <class T>
std::vector<std::int64_t> ids_of(const ById<T>& rows) {
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) ids.push_back(std::get<0>(row));
    return ids;
}

template <class T>
Task<> compare(Database& database, const Meaning<T>& meaning) {
    std::vector<std::int64_t> overflowing;
    const auto expected = expected_values(meaning, overflowing);
    const auto query = select(id, meaning.expression);
    const auto found = co_await database.fetch_all(query.where(id.in(ids_of(expected))).order_by(id));
    EXPECT_EQ(found, expected) << query.compile(database.dialect()).sql();
    if (!overflowing.empty()) {
        EXPECT_THROW(co_await database.fetch_all(query.where(id == overflowing.front())), DataError)
            << query.compile(database.dialect()).sql();
    }
}

CONFORMANCE_TEST(RandomQueries, ComputeIntegersAsCxxWould) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < rounds; ++seed) {
        RandomExpressions random{seed};
        co_await compare(database, random.large_integer(1 + random.below(3)));
    }
}

CONFORMANCE_TEST(RandomQueries, ComputeDoublesAsCxxWould) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < rounds; ++seed) {
        RandomExpressions random{seed};
        co_await compare(database, random.real(1 + random.below(3)));
    }
}

CONFORMANCE_TEST(RandomQueries, ComputeTextsAsCxxWould) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < rounds; ++seed) {
        RandomExpressions random{seed};
        co_await compare(database, random.text(1 + random.below(3)));
    }
}

CONFORMANCE_TEST(RandomQueries, DecideAsCxxWould) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < 2 * rounds; ++seed) {
        RandomExpressions random{seed};
        co_await compare(database, random.condition(1 + random.below(3)));
    }
}

CONFORMANCE_TEST(RandomQueries, FindTheRowsForWhichTheyHold) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < rounds; ++seed) {
        const auto meaning = RandomExpressions{seed}.condition(2);
        std::vector<std::int64_t> expected;
        for (const Sample& row : sample_rows()) {
            if (meaning.of(row).value_or(false)) expected.push_back(row.id);
        }
        const auto query = select(id).where(meaning.expression).order_by(id);
        const auto found = co_await database.fetch_all(query);
        EXPECT_EQ(found, expected) << query.compile(database.dialect()).sql();
    }
}

/// By two expressions and then by the key: NULL is less than everything, as std::nullopt is.
template <class A, class B>
std::vector<std::int64_t> ordered_ids(const Meaning<A>& first, bool descends, const Meaning<B>& second) {
    std::vector<Sample> rows = sample_rows();
    std::sort(rows.begin(), rows.end(), [&](const Sample& left, const Sample& right) {
        const auto a = first.of(left);
        const auto b = first.of(right);
        if (a != b) return descends ? b < a : a < b;
        return std::pair{second.of(left), left.id} < std::pair{second.of(right), right.id};
    });
    std::vector<std::int64_t> ids;
    for (const Sample& row : rows) ids.push_back(row.id);
    return ids;
}

CONFORMANCE_TEST(RandomQueries, OrderAsCxxWould) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < rounds; ++seed) {
        RandomExpressions random{seed};
        const auto first = random.text(random.below(3));
        const auto second = random.integer(random.below(3));
        const bool descends = random.below(2) == 0;
        const auto query =
            select(id).order_by(descends ? first.expression.desc() : first.expression.asc(), second.expression, id);
        const auto found = co_await database.fetch_all(query);
        EXPECT_EQ(found, ordered_ids(first, descends, second)) << query.compile(database.dialect()).sql();
    }
}

CONFORMANCE_TEST(RandomQueries, AddUpAsCxxWould) {
    auto database = co_await database_of_samples();

    for (unsigned seed = 0; seed < rounds; ++seed) {
        const auto meaning = RandomExpressions{seed}.integer(2);
        std::int64_t total = 0;
        std::int64_t values = 0;
        for (const Sample& row : sample_rows()) {
            const auto value = meaning.of(row);
            total += value.value_or(0);
            values += value.has_value() ? 1 : 0;
        }
        const auto query =
            select(coalesce(sum(meaning.expression), 0), avg(meaning.expression), count(meaning.expression))
                .from(samples);
        const auto found = (co_await database.fetch_one(query)).value();
        const auto mean =
            values == 0 ? std::optional<double>{} : static_cast<double>(total) / static_cast<double>(values);
        const auto expected = std::make_tuple(total, mean, values);
        EXPECT_EQ(found, expected) << query.compile(database.dialect()).sql();
    }
}

/// What nobody could have written right is refused; what is left the database takes.
CONFORMANCE_TEST(RandomQueries, AreTakenByTheDatabaseUnlessTheyAreRefused) {
    auto database = co_await fresh_database();
    co_await database.create_tables(cinema);
    constexpr unsigned queries = 1'000;
    unsigned taken = 0;

    for (unsigned seed = 0; seed < queries; ++seed) {
        const auto query = support::RandomQueries{seed}.query(2);
        std::string sql;
        try {
            sql = query.compile(database.dialect()).sql();
        } catch (const Error&) {
            continue;
        }
        ++taken;
        EXPECT_NO_THROW(static_cast<void>(co_await database.fetch_all(query))) << sql;
    }

    EXPECT_GT(taken, queries / 4);
    EXPECT_LT(taken, queries * 9 / 10);
}

}  // namespace
