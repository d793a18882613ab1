using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CllClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Audit : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Audit",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false).Annotation("Sqlite:Autoincrement", true),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Who = table.Column<string>(type: "TEXT", nullable: false),
                    Role = table.Column<string>(type: "TEXT", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    What = table.Column<string>(type: "TEXT", nullable: false),
                    Target = table.Column<string>(type: "TEXT", nullable: false),
                    TargetName = table.Column<string>(type: "TEXT", nullable: true),
                    Outcome = table.Column<string>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Audit", x => x.Id);
                }
            );

            migrationBuilder.CreateIndex(name: "IX_Audit_At", table: "Audit", column: "At");

            migrationBuilder.CreateIndex(name: "IX_Audit_What_At", table: "Audit", columns: new[] { "What", "At" });

            migrationBuilder.CreateIndex(name: "IX_Audit_Who_At", table: "Audit", columns: new[] { "Who", "At" });

            // What was written stays as it was written; EF never asks for it, and nobody else shall either.
            migrationBuilder.Sql(
                """
                CREATE TRIGGER "TR_Audit_NoUpdate" BEFORE UPDATE ON "Audit"
                BEGIN
                    SELECT RAISE(ABORT, 'lines of the audit log are never changed');
                END
                """
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "Audit");
        }
    }
}
