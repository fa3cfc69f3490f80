#include <databased/databased.hpp>

#include <cstdio>

int main() {
    try {
        const databased::Database database{"sqlite:///:memory:"};
        std::puts("databased is here, with SQLite");
    } catch (const databased::UrlError& error) {
        std::puts(error.what());
    }
}
