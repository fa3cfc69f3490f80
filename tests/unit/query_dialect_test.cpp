// Queries in the SQL of a database that the library does not know: its Dialect says what it differs in.
#include "support/cinema.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace support;

/// Standard SQL, with what is given.
class OtherDialect final : public Dialect {
  public:
    explicit OtherDialect(const backend::Features& features = {}) : features_(features) {}

    std::string_view name() const noexcept override { return "Other"; }
    backend::Features features() const noexcept override { return features_; }
    std::string_view cast_type(SqlType type) const noexcept override {
        return type == SqlType::int64 ? "BIGINT" : type == SqlType::text ? "VARCHAR(200)" : "INT";
    }
    void quoted_name(std::string& out, std::string_view name) const override { (out += '`').append(name) += '`'; }
    std::string_view identity_column() const noexcept override { return " AUTO_INCREMENT PRIMARY KEY"; }

  private:
    backend::Features features_;
};

const auto id = movies[&Movie::id];
const auto year = movies[&Movie::year];
const auto title = movies[&Movie::title];

std::string text_of(const detail::Query& query, const backend::Features& features = {}) {
    static std::vector<std::unique_ptr<const OtherDialect>> dialects;  // they live as long as the program
    dialects.push_back(std::make_unique<const OtherDialect>(features));
    return std::string{query.compile(*dialects.back()).sql()};
}

template <class E>
std::string refused(const detail::Query& query, const backend::Features& features) {
    return refusal_of<E>([&] { text_of(query, features); });
}

TEST(QueryDialect, HasItsNamesPlaceholdersAndTypes) {
    EXPECT_EQ(text_of(select(title).where(year == 1979).limit(2)),
              "SELECT `movies`.`title` FROM `movies` WHERE `movies`.`year` = ?1 LIMIT ?2");
    EXPECT_EQ(text_of(select(value(std::int64_t{1}), year + 1).from(movies)),
              "SELECT CAST(?1 AS BIGINT), CAST(`movies`.`year` AS BIGINT) + ?2 FROM `movies`");
}

TEST(QueryDialect, IsStandardSqlWhereItSaysNothing) {
    EXPECT_EQ(
        text_of(select(title).where(title.like("A%")).order_by(title.asc().nulls_last())),
        "SELECT `movies`.`title` FROM `movies` WHERE `movies`.`title` LIKE ?1 ORDER BY `movies`.`title` NULLS LAST");
    EXPECT_EQ(text_of(select(id).where(year.is_distinct_from(1))),
              "SELECT `movies`.`id` FROM `movies` WHERE `movies`.`year` IS DISTINCT FROM ?1");
    EXPECT_EQ(text_of(select(title, directors).from(movies, directors).for_update()),
              "SELECT `movies`.`title`, `directors`.`id`, `directors`.`name` FROM `movies` CROSS JOIN `directors` FOR "
              "UPDATE");
}

TEST(QueryDialect, DeclaresTables) {
    static const OtherDialect other;

    const auto sql = Schema{directors}.create_sql(other);

    EXPECT_EQ(sql.front(),
              "CREATE TABLE IF NOT EXISTS `directors` (`id` BIGINT NOT NULL, `name` VARCHAR(200) NOT NULL, "
              "PRIMARY KEY (`id`), UNIQUE (`name`))");
    EXPECT_PRED2(mentions, Schema{notes}.create_sql(other).front(), "`id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY");
}

TEST(QueryDialect, RefusesWhatItLacks) {
    EXPECT_PRED2(mentions, refused<NotSupportedError>(select(title), {.queries = false}), "its Dialect");
    EXPECT_PRED2(mentions, refused<NotSupportedError>(select(title).where(title.ilike("a%")), {}),
                 "Other has no ilike()");
    EXPECT_PRED2(mentions, refused<NotSupportedError>(select(title), {.longest_name = 3}), "more than 3 bytes");
    EXPECT_PRED2(mentions, refused<NotSupportedError>(delete_from(movies).all_rows(), {.longest_name = 3}),
                 "Other would cut");
    static const OtherDialect plain{{.returning = false, .upsert = false}};
    const Director row{1, "a"};
    const auto insert = insert_into(directors).values(row);
    EXPECT_THROW(static_cast<void>(insert.returning(directors).compile(plain)), NotSupportedError);
    EXPECT_THROW(static_cast<void>(insert.on_conflict().do_nothing().compile(plain)), NotSupportedError);
    EXPECT_NO_THROW(static_cast<void>(insert.compile(plain)));
}

}  // namespace
