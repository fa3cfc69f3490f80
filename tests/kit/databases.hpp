// Where the kit's tests have a database: each runs on every backend that is compiled in.
#pragma once

#ifdef DATABASED_POSTGRESQL
    #include "support/postgresql_server.hpp"
#endif
#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>
#include <databased/testing.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

inline std::vector<std::string> dialects() {
    std::vector<std::string> names;
#ifdef DATABASED_SQLITE
    names.emplace_back("sqlite");
#endif
#ifdef DATABASED_POSTGRESQL
    names.emplace_back("postgresql");
#endif
    return names;
}

/// A database that is there already, as a developer's own is.
inline std::string own_database(std::string_view dialect) {
#ifdef DATABASED_POSTGRESQL
    if (dialect == "postgresql") return postgresql_server().to_string_with_password();
#endif
    static const TemporaryFolder folder;
    return "sqlite:///" + folder.path("own.sqlite");
}

/// What the kit reports while it lives, which fails no test.
class Failures {
  public:
    Failures() : before_(databased::test::on_failure([this](std::string_view text) { texts_.emplace_back(text); })) {}
    ~Failures() { databased::test::on_failure(std::move(before_)); }
    Failures(const Failures&) = delete;
    Failures& operator=(const Failures&) = delete;

    const std::vector<std::string>& texts() const noexcept { return texts_; }
    std::string only() const { return texts_.size() == 1 ? texts_.front() : "not one failure"; }

  private:
    std::vector<std::string> texts_;
    databased::test::FailureHandler before_;
};

class OnEachDatabase : public testing::TestWithParam<std::string> {
  protected:
    void run_body(databased::Task<> body) { databased::test::run_on_own_loop(std::move(body)); }
    std::string url() const { return own_database(GetParam()); }
};

}  // namespace support

#define ON_EACH_DATABASE(suite)                                                 \
    class suite : public support::OnEachDatabase {};                            \
    INSTANTIATE_TEST_SUITE_P(On, suite, testing::ValuesIn(support::dialects()), \
                             [](const auto& dialect) { return dialect.param; })
