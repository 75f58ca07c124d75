// Module FleetPlanning.
