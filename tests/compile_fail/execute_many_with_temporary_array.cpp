// only: gcc12
// error: GCC before 13 destroys this temporary twice in an expression with co_await
#include <databased/databased.hpp>

#include <array>
#include <string>

databased::Task<> caller(databased::Database& database) {
    co_await database.execute_many("INSERT INTO film VALUES (?)", std::array<std::string, 2>{"Alien", "Brazil"});
}
