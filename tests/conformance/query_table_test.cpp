// Tables that are declared as structs, made and dropped.
#include "support/cinema.hpp"
#include "support/conformance.hpp"
#include "support/refusal.hpp"

#include <databased/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using namespace support;

CONFORMANCE_SUITE(Tables);

CONFORMANCE_TEST(Tables, AreMadeInTheOrderOfTheirKeys) {
    auto database = co_await fresh_database();

    co_await database.create_tables(movies, directors);

    const Movie orphan{1, "Alien", 1979, 7};
    EXPECT_THROW(co_await database.execute(insert_into(movies).values(orphan)), ForeignKeyViolation);
}

CONFORMANCE_TEST(Tables, AreMadeOnce) {
    auto database = co_await fresh_database();
    const Director ridley{1, "Ridley"};
    co_await database.create_tables(cinema);
    co_await database.execute(insert_into(directors).values(ridley));

    co_await database.create_tables(cinema);

    const auto found = co_await database.fetch_all(select(directors));
    EXPECT_EQ(found, (std::vector<Director>{ridley}));
}

CONFORMANCE_TEST(Tables, AreLeftAsTheyAreIfTheyExist) {
    auto database = co_await fresh_database("CREATE TABLE movies (id BIGINT)");  // without the column of the index

    co_await database.create_tables(movies, directors);

    EXPECT_EQ(co_await committed_rows("directors"), 0);
    EXPECT_THROW(co_await database.fetch_all(select(movies)), UndefinedColumnError);
}

CONFORMANCE_TEST(Tables, AreMadeAllOrNone) {
    auto database = co_await fresh_database();
    const auto wrong = table<Movie>("wrong", column_type(&Movie::year, "no type (("));

    EXPECT_THROW(co_await database.create_tables(directors, wrong), DatabaseError);

    EXPECT_THROW(co_await database.execute("SELECT * FROM directors"), UndefinedTableError);
}

CONFORMANCE_TEST(Tables, AreDroppedInTheOrderOfTheirKeys) {
    auto database = co_await fresh_database();
    const Director ridley{1, "Ridley"};
    const Movie alien{1, "Alien", 1979, 1};
    co_await database.create_tables(cinema);
    co_await database.execute(insert_into(directors).values(ridley));
    co_await database.execute(insert_into(movies).values(alien));

    co_await database.drop_tables(directors, movies);
    co_await database.drop_tables(cinema);  // those that are there

    EXPECT_THROW(co_await database.execute("SELECT * FROM directors"), UndefinedTableError);
    EXPECT_THROW(co_await database.execute("SELECT * FROM notes"), UndefinedTableError);
}

CONFORMANCE_TEST(Tables, AreMadeByTheirTextAsWell) {
    auto database = co_await fresh_database();

    for (int times = 0; times < 2; ++times) {
        for (const auto& sql : Schema{movies, directors}.create_sql(database.dialect())) co_await database.execute(sql);
    }
    for (const auto& sql : Schema{movies, directors}.drop_sql(database.dialect())) co_await database.execute(sql);

    EXPECT_THROW(co_await database.execute("SELECT * FROM movies"), UndefinedTableError);
}

CONFORMANCE_TEST(Tables, KeepTheirConstraints) {
    auto database = co_await fresh_database();
    co_await database.create_tables(cinema);
    const Director ridley{1, "Ridley"};
    const Director same_name{2, "Ridley"};
    const Director same_key{1, "Terry"};
    co_await database.execute(insert_into(directors).values(ridley));

    EXPECT_THROW(co_await database.execute(insert_into(directors).values(same_name)), UniqueViolation);
    EXPECT_THROW(co_await database.execute(insert_into(directors).values(same_key)), UniqueViolation);
    EXPECT_THROW(co_await database.execute(insert_into(notes).set(notes[&Note::weight], 1000.0)), CheckViolation);
    EXPECT_THROW(co_await database.execute("INSERT INTO directors (id) VALUES (3)"), NotNullViolation);
}

CONFORMANCE_TEST(Tables, HaveKeysOfSeveralColumns) {
    auto database = co_await fresh_database();
    co_await database.create_tables(seats);
    const Seat seat{"A", 1, std::nullopt};
    const Seat neighbour{"A", 2, std::nullopt};
    co_await database.execute(insert_into(seats).values(seat, neighbour));

    EXPECT_THROW(co_await database.execute(insert_into(seats).values(seat)), UniqueViolation);
}

struct Folder {
    std::int64_t id;
    std::optional<std::int64_t> parent;
};
const Table folders = table<Folder>("folders", primary_key(&Folder::id),
                                    foreign_key(&Folder::parent, &Folder::id).on_delete(Action::cascade));

CONFORMANCE_TEST(Tables, ReferToThemselves) {
    auto database = co_await fresh_database();
    co_await database.create_tables(folders);
    const std::vector<Folder> tree{{1, std::nullopt}, {2, 1}, {3, 2}};
    co_await database.execute(insert_into(folders).values(tree));

    co_await database.execute(delete_from(folders).where(folders[&Folder::id] == 1));

    EXPECT_EQ(co_await database.fetch_val(select(count()).from(folders)), 0);
    co_await database.drop_tables(folders);
}

struct Booking {
    std::string hall;
    int number;
    std::string guest;
};
const Table bookings =
    table<Booking>("bookings", primary_key(&Booking::hall, &Booking::number, &Booking::guest),
                   foreign_key(members(&Booking::hall, &Booking::number), seats, members(&Seat::hall, &Seat::number))
                       .on_update(Action::cascade));

CONFORMANCE_TEST(Tables, ReferToSeveralColumns) {
    auto database = co_await fresh_database();
    co_await database.create_tables(bookings, seats);
    const Seat seat{"A", 1, std::nullopt};
    const Booking booking{"A", 1, "Ripley"};
    const Booking elsewhere{"B", 1, "Ripley"};
    co_await database.execute(insert_into(seats).values(seat));
    co_await database.execute(insert_into(bookings).values(booking));

    co_await database.execute(update(seats).set(seats[&Seat::number], 9).all_rows());

    EXPECT_EQ(co_await database.fetch_val(select(bookings[&Booking::number])), 9);
    EXPECT_THROW(co_await database.execute(insert_into(bookings).values(elsewhere)), ForeignKeyViolation);
}

struct Ticket {
    std::int64_t id;
    int code;
    bool used;
};
const Table tickets = table<Ticket>("tickets", identity(&Ticket::id),
                                    index(&Ticket::code).unique().where(column(&Ticket::used)).named("used_codes"));

CONFORMANCE_TEST(Tables, HaveIndexesOfSomeRows) {
    auto database = co_await fresh_database();
    co_await database.create_tables(tickets);
    const Ticket unused{0, 5, false};
    const Ticket used{0, 5, true};
    co_await database.execute(insert_into(tickets).values(unused, unused, used));

    EXPECT_THROW(co_await database.execute(insert_into(tickets).values(used)), UniqueViolation);
}

enum class Colour { red, green };

struct Everything {
    std::int64_t id;
    bool flag;
    std::int16_t small;
    double real;
    std::string text;
    Bytes bytes;
    Decimal decimal;
    std::chrono::year_month_day date;
    TimeOfDay time;
    LocalTimestamp local;
    Timestamp instant;
    Uuid uuid;
    Json json;
    Colour colour;
    std::optional<Decimal> missing;

    friend bool operator==(const Everything&, const Everything&) = default;
};
const Table everything = table<Everything>("everything", primary_key(&Everything::id));

CONFORMANCE_TEST(Tables, HaveColumnsOfAllTypes) {
    auto database = co_await fresh_database();
    co_await database.create_tables(everything);
    const Everything row{.id = 1,
                         .flag = true,
                         .small = -7,
                         .real = 0.1,
                         .text = "t",
                         .bytes = Bytes{std::byte{0}, std::byte{255}},
                         .decimal = Decimal::parse("12.50"),
                         .date = std::chrono::year{2024} / 2 / 29,
                         .time = TimeOfDay{std::chrono::hours{12}},
                         .local = LocalTimestamp{std::chrono::seconds{90}},
                         .instant = Timestamp{std::chrono::microseconds{1}},
                         .uuid = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
                         .json = Json{{"a", 1}},
                         .colour = Colour::green,
                         .missing = std::nullopt};

    co_await database.execute(insert_into(everything).values(row));

    EXPECT_EQ((co_await database.fetch_one(select(everything))).value(), row);
}

CONFORMANCE_TEST(Tables, AreAskedForValuesOfAllTypes) {
    auto database = co_await fresh_database();
    co_await database.create_tables(everything);
    const auto& t = everything;
    const Bytes bytes{std::byte{1}};
    const auto condition = t[&Everything::flag] == true && t[&Everything::small] < 7 && t[&Everything::real] != 0.5 &&
                           t[&Everything::bytes] >= bytes && t[&Everything::date] == std::chrono::year{2024} / 2 / 29 &&
                           t[&Everything::time] > TimeOfDay{} && t[&Everything::local] == LocalTimestamp{} &&
                           t[&Everything::instant] <= Timestamp{} && t[&Everything::uuid] == Uuid{} &&
                           t[&Everything::colour] == Colour::red && t[&Everything::missing].is_null() &&
                           t[&Everything::flag];

    EXPECT_TRUE((co_await database.fetch_all(select(everything).where(condition))).empty());
}

struct Film {
    int id;
    std::string title;
};

CONFORMANCE_TEST(Tables, MayHaveTypesOfTheirDatabase) {
    auto database = co_await fresh_database();
    const auto films = table<Film>("films", primary_key(&Film::id), column_type(&Film::title, "VARCHAR(5)"),
                                   column_type(&Film::id, "INTEGER", "smallint"));
    const Film film{1, "Alien"};

    co_await database.create_tables(films);
    co_await database.execute(insert_into(films).values(film));

    EXPECT_EQ(co_await database.fetch_val(select(films[&Film::title])), "Alien");
}

CONFORMANCE_TEST(Tables, MayHaveNamesThatNeedQuotes) {
    auto database = co_await fresh_database();
    const auto films = table<Film>("Order by; films'", renamed(&Film::id, "select"),
                                   renamed(&Film::title, "a \xc3\xa9 ?"), index(&Film::title));
    const Film film{1, "Alien"};

    co_await database.create_tables(films);
    co_await database.create_tables(films);
    co_await database.execute(insert_into(films).values(film));
    const auto titles = co_await database.fetch_all(update(films)
                                                        .set(films[&Film::title], films[&Film::title] + "s")
                                                        .where(films[&Film::id] == 1)
                                                        .returning(films[&Film::title]));

    EXPECT_EQ(titles, (std::vector<std::string>{"Aliens"}));
    co_await database.drop_tables(films);
}

CONFORMANCE_TEST(Tables, MayBeInASchema) {
    auto database = co_await fresh_database();
    const std::string schema = Conformance::current().backend() == "sqlite" ? "main" : "public";
    const auto films = table<Film>("films", primary_key(&Film::id), index(&Film::title), in_schema(schema));
    const Film film{1, "Alien"};

    co_await database.create_tables(films);
    co_await database.create_tables(films);
    co_await database.execute(insert_into(films).values(film));
    const auto changed = co_await database.fetch_all(
        update(films).set(films[&Film::title], "Aliens").where(films[&Film::id] == 1).returning(films));

    EXPECT_EQ(changed.at(0).title, "Aliens");
    EXPECT_EQ(co_await database.fetch_val(select(films[&Film::title]).order_by(films[&Film::id])), "Aliens");
    co_await database.drop_tables(films);
}

CONFORMANCE_TEST(Tables, AreMadeInsideForceRollback) {
    auto database = co_await fresh_database({}, {}, "?force_rollback=true");
    co_await database.create_tables(cinema);
    EXPECT_EQ(co_await database.fetch_val(select(count()).from(movies)), 0);
    co_await database.disconnect();

    auto other = co_await fresh_database();
    EXPECT_THROW(co_await other.execute("SELECT * FROM movies"), UndefinedTableError);
}

}  // namespace
