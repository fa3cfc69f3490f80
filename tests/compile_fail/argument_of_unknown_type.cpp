// error: this type cannot be an argument
#include <databased/databased.hpp>

struct Temperature {
    double kelvin;
};

databased::Task<> caller(databased::Database& database) {
    const Temperature cold{3};
    co_await database.execute("INSERT INTO readings VALUES (?)", cold);
}
